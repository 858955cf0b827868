import type { Bridge } from "../driver.ts";
import { askTimeout, shellWord } from "./hooks.ts";
import type { SessionFiles } from "./paths.ts";

/** The name under which Claude knows our MCP server: its tool is `mcp__agetor__ask_user`. */
const server = "agetor";

/** Our tool raises no question about itself: asking is all it does. */
export const askUserTool = `mcp__${server}__ask_user`;

/**
 * The ways from an agent's processes back to the person, as files of the session directory. They
 * change into that directory first: the bridge's runtime looks into its working folder for files
 * that configure it, and the agent's folder is not ours.
 */
export function bridgeFiles(
  bridge: Bridge,
  files: SessionFiles,
): readonly { readonly path: string; readonly content: string; readonly mode: number }[] {
  const run = (...rest: string[]): string => [...bridge.argv, ...rest].map(shellWord).join(" ");
  const enter = `cd ${shellWord(files.dir)} 2>/dev/null || exit 0\numask 077\n`;
  const asks = shellWord(files.asks);
  const ask = [
    // Named by the pid the bridge keeps: whoever looks can tell whether it still waits (M11).
    `mkdir -p ${asks} && : > ${asks}/$$`,
    // In place of the shell, so that the bridge is Claude's own child and sees it go (M5).
    `exec ${run("hook", "ask", files.dir)} ${asks}/$$`,
  ];
  const config = {
    mcpServers: {
      [server]: {
        type: "stdio",
        command: "/bin/sh",
        args: [files.askUser],
        // Else the tool hides behind a search the model has to make first (tried).
        alwaysLoad: true,
        timeout: askTimeout * 1000,
      },
    },
  };
  return [
    { path: files.ask, content: `${enter}${ask.join("\n")}\n`, mode: 0o600 },
    { path: files.askUser, content: `${enter}exec ${run("mcp", files.dir)}\n`, mode: 0o600 },
    { path: files.mcp, content: `${JSON.stringify(config, null, 2)}\n`, mode: 0o600 },
  ];
}
