import { root } from "../setup/paths.mjs";
import { run } from "../setup/run.mjs";
import { seconds } from "../setup/say.mjs";

/** @typedef {{ name: string, args: readonly string[] }} Check */

/** @type {readonly Check[]} each run by Bun, and each worth one test in the sum */
export const checks = [
  { name: "format", args: ["node_modules/.bin/biome", "format", "."] },
  { name: "lint", args: ["scripts/lint.ts"] },
  { name: "typecheck", args: ["scripts/typecheck.ts"] },
  { name: "structure", args: ["scripts/structure/main.ts"] },
];

/**
 * @param {string} bun
 * @param {Check} check
 * @returns {Promise<import("./summary.mjs").Outcome>}
 */
export async function runCheck(bun, { name, args }) {
  const began = performance.now();
  const { code, output } = await run(bun, args, { cwd: root });
  const took = seconds(performance.now() - began);
  process.stdout.write(code === 0 ? `${name}: ok in ${took}\n` : `${output}\n${name}: failed\n`);
  return { suite: "checks", file: "", name, outcome: code === 0 ? "passed" : "failed" };
}
