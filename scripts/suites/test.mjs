import { ensureBoard } from "../setup/board.mjs";
import { giveUp, SetupFault } from "../setup/fault.mjs";
import { readFlags } from "../setup/flags.mjs";
import { root } from "../setup/paths.mjs";
import { prepare } from "../setup/prepare.mjs";
import { takeChildrenAlong } from "../setup/run.mjs";
import { seconds } from "../setup/say.mjs";
import { bundledServer, ensureServer } from "../setup/server.mjs";
import { ensureAgents } from "./agents.mjs";
import { checks, runCheck } from "./checks.mjs";
import { ensureChromium } from "./chromium.mjs";
import { runSuite, suites, testEnvironment, testFiles } from "./suites.mjs";
import { summarize } from "./summary.mjs";

/** @typedef {import("./summary.mjs").Outcome} Outcome */

const parts = ["checks", ...suites.map(({ name }) => name)];

/** @type {Readonly<Record<string, string>>} what is not run unless it is asked for, and why */
const seldom = {
  agents: "the real CLIs are tested with --agents, and in CI",
  "steer-race": "takes long: npm run test:steer-race",
};

export const testHelp = `Sets up what is missing, then runs all checks and tests.

  npm test                       format, lint, types, structure, unit, e2e and crash tests
  npm test -- --agents           also the tests with the real Claude Code and Codex (default in CI)
  npm test -- --only PARTS       only these, separated by commas: ${parts.join(", ")}
  npm test -- --help             this text

A single file: bun test FILE [-t NAME]
`;

/**
 * @param {readonly string[]} argv
 * @param {NodeJS.ProcessEnv} env
 * @returns {"help" | { wanted: ReadonlySet<string>, notRun: string[] }}
 */
export function testPlan(argv, env) {
  const switches = ["--agents", "--help", "-h"];
  const words = readFlags(argv, { values: ["--only"], switches, help: testHelp });
  if (words.switches.has("--help") || words.switches.has("-h")) return "help";
  const only = words.values["--only"]?.split(",");
  const unknown = only?.find((name) => !parts.includes(name));
  if (unknown !== undefined) {
    throw new SetupFault(`There is no part called ${unknown}.`, `\n${testHelp}`, 2);
  }
  const withAgents = words.switches.has("--agents") || env["CI"] === "true";
  const standard = parts.filter((name) => !(name in seldom) || (name === "agents" && withAgents));
  const wanted = new Set(only ?? standard);
  const notRun = parts
    .filter((name) => !wanted.has(name))
    .map((name) => `${name}: ${(only ? undefined : seldom[name]) ?? "not asked for"}`);
  return { wanted, notRun };
}

/** @param {readonly string[]} argv */
export async function main(argv) {
  takeChildrenAlong();
  try {
    const plan = testPlan(argv, process.env);
    if (plan === "help") {
      process.stdout.write(testHelp);
      return;
    }
    const began = performance.now();
    const outcomes = await runAll(plan.wanted);
    const { text, exitCode } = summarize(outcomes, plan.notRun);
    process.stdout.write(`\nall of it took ${seconds(performance.now() - began)}\n${text}\n`);
    process.exitCode = exitCode;
  } catch (cause) {
    giveUp(cause);
  }
}

/**
 * @param {ReadonlySet<string>} wanted
 * @returns {Promise<Outcome[]>}
 */
async function runAll(wanted) {
  /** @type {Outcome[]} */
  const outcomes = [];
  const files = testFiles();
  const { bun, more } = await prepare((fetched) => gather(fetched, wanted, outcomes));
  if (wanted.has("checks")) {
    for (const check of checks) outcomes.push(await runCheck(bun, check));
  }
  const env = testEnvironment(bun, more);
  for (const suite of suites.filter(({ name }) => wanted.has(name))) {
    const mine = files.filter((path) => suite.has(path));
    process.stdout.write(`\n${suite.name}: ${mine.length} test files\n`);
    if (mine.length > 0) outcomes.push(...(await runSuite(bun, suite, mine, env)));
  }
  return outcomes;
}

/**
 * What the suites need beyond what Agetor needs. A browser or an agent that cannot be had is one
 * failed test, not the end of all others.
 * @param {string} bun
 * @param {ReadonlySet<string>} wanted
 * @param {Outcome[]} outcomes
 * @returns {Promise<Record<string, string>>}
 */
async function gather(bun, wanted, outcomes) {
  /** @type {Record<string, string>} */
  const env = {};
  /** @type {(name: string, step: () => Promise<void>) => Promise<void>} */
  const attempt = async (name, step) => {
    try {
      await step();
    } catch (cause) {
      if (!(cause instanceof SetupFault)) throw cause;
      process.stderr.write(`${cause.message}\n${cause.hint}\n`);
      outcomes.push({ suite: "setup", file: "", name, outcome: "failed" });
    }
  };
  await attempt("build the board", () => ensureBoard(bun));
  await attempt("bundle the server", async () => {
    await ensureServer(bun);
    env["AGETOR_TEST_SERVER"] = bundledServer(root);
  });
  if (wanted.has("e2e")) {
    await attempt("find Chromium", async () => {
      env["AGETOR_CHROMIUM"] = await ensureChromium(bun);
    });
  }
  if (wanted.has("agents") || wanted.has("steer-race")) {
    await attempt("fetch the agents", async () => {
      Object.assign(env, await ensureAgents());
    });
  }
  return env;
}
