import { quotedWord } from "../../domain/commands.ts";
import type { Bridge } from "../driver.ts";
import { askTimeout } from "./hooks.ts";
import { mcpServer } from "./names.ts";
import type { SessionFiles } from "./paths.ts";

/**
 * The ways from an agent's processes back to the person, as files of the session directory. They
 * change into that directory first: the bridge's runtime looks into its working folder for files
 * that configure it, and the agent's folder is not ours.
 */
export function bridgeFiles(
  bridge: Bridge,
  files: SessionFiles,
): readonly { readonly path: string; readonly content: string; readonly mode: number }[] {
  const run = (...rest: string[]): string => [...bridge.argv, ...rest].map(quotedWord).join(" ");
  const enter = `cd ${quotedWord(files.dir)} 2>/dev/null || exit 0\numask 077\n`;
  const asks = quotedWord(files.asks);
  const ask = [
    // Named by the pid the bridge keeps: whoever looks can tell whether it still waits (M11).
    `mkdir -p ${asks} && : > ${asks}/$$`,
    // In place of the shell, so that the bridge is Claude's own child and sees it go (M5).
    `exec ${run("hook", "ask", files.dir)} ${asks}/$$`,
  ];
  const config = {
    mcpServers: {
      [mcpServer]: {
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
