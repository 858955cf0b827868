import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join, relative } from "node:path";
import { withoutNpm } from "../setup/environment.mjs";
import { root, setupDir } from "../setup/paths.mjs";
import { relay } from "../setup/run.mjs";
import { readJunit } from "./junit.mjs";

/** @typedef {import("./summary.mjs").Outcome} Outcome */

/**
 * @typedef {object} Suite
 * @property {string} name
 * @property {(path: string) => boolean} has whether a test file belongs to it
 * @property {number} testLimitMs for one test that does not set its own
 * @property {number} limitMs for all of it
 */

const minutes = 60_000;

/** @type {readonly Suite[]} Every test file is in exactly one of them; the first takes the rest. */
export const suites = [
  {
    name: "unit",
    has: (path) => !/^test\/(e2e|crash|agents|races)\//.test(path),
    testLimitMs: 20_000,
    limitMs: 10 * minutes,
  },
  { name: "e2e", has: under("test/e2e/"), testLimitMs: 60_000, limitMs: 15 * minutes },
  { name: "crash", has: under("test/crash/"), testLimitMs: 60_000, limitMs: 20 * minutes },
  { name: "agents", has: under("test/agents/"), testLimitMs: 120_000, limitMs: 20 * minutes },
  { name: "steer-race", has: under("test/races/"), testLimitMs: 120_000, limitMs: 60 * minutes },
];

/** @param {string} folder @returns {(path: string) => boolean} */
function under(folder) {
  return (path) => path.startsWith(folder);
}

/** @returns {string[]} every test file, relative to the root */
export function testFiles() {
  /** @param {string} folder @returns {string[]} */
  const walk = (folder) =>
    readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory())
        return /^(fixtures|node_modules)$/.test(entry.name) ? [] : walk(path);
      return /\.test\.tsx?$/.test(entry.name) ? [relative(root, path)] : [];
    });
  return ["src", "scripts", "test"]
    .map((folder) => join(root, folder))
    .filter(existsSync)
    .flatMap(walk)
    .sort();
}

/**
 * Runs the tests of one suite. A run that dies, or leaves out a file, has failed, whatever its exit
 * code: a test that calls `process.exit(0)` ends Bun with 0 and without a report.
 * @param {string} bun
 * @param {Suite} suite
 * @param {readonly string[]} files
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<Outcome[]>}
 */
export async function runSuite(bun, suite, files, env) {
  const reports = `${setupDir}/reports`;
  const report = `${reports}/${suite.name}.xml`;
  mkdirSync(reports, { recursive: true });
  rmSync(report, { force: true });
  const { code, signal } = await relay(
    bun,
    [
      "test",
      `--timeout=${suite.testLimitMs}`,
      "--reporter=junit",
      `--reporter-outfile=${report}`,
      ...files.map((file) => `./${file}`),
    ],
    { cwd: root, env, limitMs: suite.limitMs },
  );
  const results = existsSync(report) ? readJunit(readFileSync(report, "utf8")) : [];
  return judge(suite.name, files, results, { code, signal });
}

/**
 * @param {string} suite
 * @param {readonly string[]} files
 * @param {readonly import("./junit.mjs").Result[]} results
 * @param {{ code: number | null, signal: string | null }} end
 * @returns {Outcome[]}
 */
export function judge(suite, files, results, { code, signal }) {
  const reported = new Set(results.map(({ file }) => file));
  /** @type {(name: string, file: string) => Outcome} */
  const failure = (name, file) => ({ suite, file, name, outcome: "failed" });
  const silent = files
    .filter((file) => !reported.has(file))
    .map((file) => failure("ran no test", file));
  const all = [...results.map((result) => ({ suite, ...result })), ...silent];
  if (code === 0 || all.some(({ outcome }) => outcome === "failed")) return all;
  return [...all, failure(`bun test ended with ${signal ?? `exit code ${code}`}`, "")];
}

/**
 * What tests see of the person's environment: no agents, no keys, no git or tmux around us, an
 * empty home.
 * @param {string} bun
 * @param {Record<string, string>} more
 * @returns {NodeJS.ProcessEnv}
 */
export function testEnvironment(bun, more) {
  const home = mkdtempSync(join(tmpdir(), "agetor-home-"));
  process.once("exit", () => rmSync(home, { recursive: true, force: true }));
  const foreign = /^(AGETOR_|CLAUDE|ANTHROPIC|CODEX|OPENAI|GIT_|TMUX|XDG_|NODE_OPTIONS$)/;
  const own = Object.entries(withoutNpm(process.env)).filter(([name]) => !foreign.test(name));
  const env = Object.fromEntries(own);
  return {
    ...env,
    HOME: home,
    PATH: `${dirname(bun)}${delimiter}${env["PATH"] ?? ""}`,
    ...more,
  };
}
