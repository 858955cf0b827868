import { expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { agentPrograms } from "./agents.mjs";
import { fontsConfig } from "./chromium.mjs";
import { type Result, readJunit } from "./junit.mjs";
import { judge, suites } from "./suites.mjs";
import { type Outcome, summarize } from "./summary.mjs";
import { testPlan } from "./test.mjs";

/** Runs real tests in a folder of their own and judges the report as `npm test` does. */
function judged(files: Record<string, string>): Outcome[] {
  const root = mkdtempSync(join(tmpdir(), "agetor-suites-"));
  try {
    for (const [name, code] of Object.entries(files)) writeFileSync(join(root, name), code);
    const report = join(root, "report.xml");
    const reporter = ["--reporter=junit", `--reporter-outfile=${report}`];
    const names = Object.keys(files);
    const { exitCode } = Bun.spawnSync(
      [process.execPath, "test", ...reporter, ...names.map((name) => `./${name}`)],
      { cwd: root, stdio: ["ignore", "ignore", "ignore"] },
    );
    let results: Result[] = [];
    try {
      results = readJunit(readFileSync(report, "utf8"));
    } catch {
      // No report is a case of its own: judge() must not need one.
    }
    return judge("unit", names, results, { code: exitCode, signal: null });
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

const header = 'import { describe, expect, test } from "bun:test";\n';
const brief = (outcomes: Outcome[]): string[] =>
  outcomes.map(({ file, name, outcome }) => `${outcome} ${file} ${name}`);

test("passed, failed and skipped tests are told apart, with their describe blocks", () => {
  const code = `${header}describe("a", () => {
    test("passes", () => {});
    test("fails <&>", () => expect(1).toBe(2));
    test.skip("skips [root only]", () => {});
  });`;
  expect(brief(judged({ "a.test.ts": code }))).toEqual([
    "passed a.test.ts a > passes",
    "failed a.test.ts a > fails <&>",
    "skipped a.test.ts a > skips [root only]",
  ]);
});

test("a file that cannot be loaded is a failure beside the others", () => {
  const outcomes = judged({
    "a.test.ts": `${header}test("a", () => {});`,
    "b.test.ts": 'throw new Error("load");',
  });
  expect(brief(outcomes)).toEqual(["passed a.test.ts a", "failed b.test.ts ran no test"]);
});

test("a test that ends the process with 0 is a failure, not a success without report", () => {
  const outcomes = judged({ "a.test.ts": `${header}test("a", () => process.exit(0));` });
  expect(brief(outcomes)).toEqual(["failed a.test.ts ran no test"]);
});

test("an exit code or signal without a failed test is a failure of its own", () => {
  const results: Result[] = [{ file: "a.test.ts", name: "a", outcome: "passed" }];
  const end = { code: null, signal: "SIGKILL" };
  expect(brief(judge("unit", ["a.test.ts"], results, end))).toEqual([
    "passed a.test.ts a",
    "failed  bun test ended with SIGKILL",
  ]);
});

const outcome = (name: string, kind: Outcome["outcome"]): Outcome => ({
  suite: "unit",
  file: "a.test.ts",
  name,
  outcome: kind,
});

test("the summary ends with the counts, alone on their line", () => {
  const all = [outcome("a", "passed"), outcome("b", "failed"), outcome("c [root only]", "skipped")];
  const { text, exitCode } = summarize(all, ["agents: not asked for"]);
  expect(text.split("\n")).toEqual([
    "failed: unit: a.test.ts: b",
    "skipped, root only: 1",
    "  unit: a.test.ts: c [root only]",
    "skipped: agents: not asked for",
    "1 passed, 1 failed",
  ]);
  expect(exitCode).toBe(1);
  expect(summarize([outcome("a", "passed")], []).exitCode).toBe(0);
});

test("a run without a single passed test is no success", () => {
  expect(summarize([], [])).toEqual({ text: "0 passed, 0 failed", exitCode: 1 });
});

test.each([
  ["src/git/a.test.ts", "unit"],
  ["test/integration/a.test.ts", "unit"],
  ["test/security/a.test.ts", "unit"],
  ["test/e2e/a.test.ts", "e2e"],
  ["test/crash/a.test.ts", "crash"],
  ["test/agents/a.test.ts", "agents"],
  ["test/races/a.test.ts", "steer-race"],
])("%s belongs to %s alone", (path, name) => {
  expect(suites.filter((suite) => suite.has(path)).map((suite) => suite.name)).toEqual([name]);
});

const wanted = (argv: string[], env: Record<string, string> = {}): string => {
  const plan = testPlan(argv, env);
  return plan === "help" ? plan : [...plan.wanted].join(" ");
};

test("the real agents are tested when asked for, and in CI", () => {
  expect(wanted([])).toBe("checks unit e2e crash");
  expect(wanted(["--agents"])).toBe("checks unit e2e crash agents");
  expect(wanted([], { CI: "true" })).toBe("checks unit e2e crash agents");
  expect(wanted(["--only", "checks,agents"])).toBe("checks agents");
  expect(wanted(["--only", "steer-race"], { CI: "true" })).toBe("steer-race");
  expect(wanted(["--help"])).toBe("help");
});

test("what is left out is named with its reason", () => {
  const plan = testPlan([], {});
  expect(plan).toMatchObject({
    notRun: [
      "agents: the real CLIs are tested with --agents, and in CI",
      "steer-race: takes long: npm run test:steer-race",
    ],
  });
});

test.each([["--only", "nonsense"], ["--only"], ["--all"], ["src/a.test.ts"]])(
  "%s %s is refused with exit code 2",
  (...argv) => {
    expect(() => testPlan(argv as string[], {})).toThrow(expect.objectContaining({ exitCode: 2 }));
  },
);

test("the agents' programs are found in their platform packages", () => {
  expect(agentPrograms({ os: "linux", cpu: "x64", libc: "musl" })).toEqual({
    AGETOR_TEST_CLAUDE_BIN: expect.stringContaining("/claude-code-linux-x64-musl/claude"),
    AGETOR_TEST_CODEX_BIN: expect.stringContaining(
      "/codex-linux-x64/vendor/x86_64-unknown-linux-musl/bin/codex",
    ),
  });
  expect(agentPrograms({ os: "darwin", cpu: "arm64", libc: null })).toEqual({
    AGETOR_TEST_CLAUDE_BIN: expect.stringContaining("/claude-code-darwin-arm64/claude"),
    AGETOR_TEST_CODEX_BIN: expect.stringContaining(
      "/codex-darwin-arm64/vendor/aarch64-apple-darwin/bin/codex",
    ),
  });
});

test("the fetched browser is told where its fonts are, whatever the folder is called", () => {
  const config = fontsConfig("/srv/a & b/<fonts>");
  expect(config).toContain("<dir>/srv/a &amp; b/&lt;fonts></dir>");
  expect(config).toContain("<cachedir>/srv/a &amp; b/&lt;fonts>-cache</cachedir>");
});
