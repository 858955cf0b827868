/**
 * `npm run bench [server|browser]`: prints each figure with its budget, its verdict and a ratio
 * against something measured in the same run. The server is the bundle, as people run it. A command,
 * not a test: machines differ.
 */

import { root } from "../../scripts/setup/paths.mjs";
import { bundledServer, ensureServer } from "../../scripts/setup/server.mjs";
import { removeScratch } from "../support/scratch.ts";
import { print, within } from "./table.ts";

await ensureServer(process.execPath);
process.env["AGETOR_TEST_SERVER"] = bundledServer(root);
const { browserFigures } = await import("./browser.ts");
const { serverFigures } = await import("./server.ts");

const wanted = process.argv[2];
let over = 0;
for (const [name, figures] of [
  ["server", serverFigures],
  ["browser", browserFigures],
] as const) {
  if (wanted !== undefined && wanted !== name) {
    continue;
  }
  for await (const figure of figures()) {
    print(figure);
    over += within(figure) ? 0 : 1;
  }
}
removeScratch();
process.stdout.write(over === 0 ? "All within budget.\n" : `${over} over budget.\n`);
process.exitCode = over === 0 ? 0 : 1;
