import { ensureBoard } from "./board.mjs";
import { withoutNpm } from "./environment.mjs";
import { giveUp } from "./fault.mjs";
import { startHelp, startSettings } from "./flags.mjs";
import { root } from "./paths.mjs";
import { prepare } from "./prepare.mjs";
import { become, takeChildrenAlong } from "./run.mjs";
import { bundledServer, ensureServer } from "./server.mjs";

/** @param {readonly string[]} argv */
export async function main(argv) {
  const giveBack = takeChildrenAlong();
  try {
    const cwd = process.env["INIT_CWD"] ?? process.cwd();
    const settings = startSettings(argv, process.env, cwd);
    if (settings === "help") {
      process.stdout.write(startHelp);
      return;
    }
    const { bun } = await prepare(async (fetched) => {
      await ensureBoard(fetched);
      await ensureServer(fetched);
    });
    giveBack();
    const env = { ...withoutNpm(process.env), ...settings };
    become(bun, [bundledServer(root)], { cwd: root, env });
  } catch (cause) {
    giveUp(cause);
  }
}
