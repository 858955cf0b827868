/**
 * `npm run bench [server|browser]`: prints each figure with its budget, its verdict and a ratio
 * against something measured in the same run. A command, not a test: machines differ.
 */
import { browserFigures } from "./browser.ts";
import { serverFigures } from "./server.ts";
import { print, within } from "./table.ts";

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
process.stdout.write(over === 0 ? "All within budget.\n" : `${over} over budget.\n`);
process.exitCode = over === 0 ? 0 : 1;
