import { afterAll, describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createHost } from "../../host/host.ts";
import type { ResolvedHarness } from "../driver.ts";
import { curated, descriptor } from "./descriptor.ts";
import { discover } from "./discover.ts";
import { probe, versionWarning } from "./probe.ts";
import { transportOf } from "./transport.ts";

const root = realpathSync(mkdtempSync(join(tmpdir(), "codex-probe-")));
afterAll(() => rmSync(root, { recursive: true }));
const host = createHost({ dataDir: root, env: process.env });
const home = join(root, "home");
mkdirSync(home);
let count = 0;

/** A stand-in that answers `--version`, `login status` and everything else as told. */
function stub(cases: { version?: string; login?: string; other?: string }): ResolvedHarness {
  count += 1;
  const path = join(root, `codex-${count}`);
  const { version = "echo codex-cli 0.169.0", login = "exit 0", other = "exit 2" } = cases;
  writeFileSync(
    path,
    `#!/bin/sh\ncase "$1" in --version) ${version};; login) ${login};; *) ${other};; esac\n`,
    { mode: 0o755 },
  );
  return { id: "codex", kind: "codex", label: "Codex", bin: path, args: [], home, env: {} };
}

describe("a probe says what it found, whatever the program does", () => {
  test("logged in", async () => {
    const harness = stub({ login: "echo 'Logged in using ChatGPT' >&2; exit 0" });
    expect(await probe(harness, host)).toMatchObject({
      kind: "ready",
      version: "0.169.0",
      account: "ChatGPT",
      warning: null,
    });
  });

  test("logged out", async () => {
    const harness = stub({ login: "echo 'Not logged in' >&2; exit 1" });
    expect(await probe(harness, host)).toMatchObject({
      kind: "logged-out",
      hint: expect.stringContaining(`CODEX_HOME='${home}' codex login`),
    });
    const nowhere = { ...harness, home: join(root, "nowhere") };
    expect(await probe(nowhere, host)).toMatchObject({ kind: "logged-out" });
  });

  test("a provider of one's own needs no login", async () => {
    const own = join(root, "own");
    mkdirSync(own);
    writeFileSync(join(own, "config.toml"), 'model_provider = "mine"\n');
    const harness = { ...stub({ login: "echo 'Not logged in' >&2; exit 1" }), home: own };
    expect(await probe(harness, host)).toMatchObject({ kind: "ready", account: null });
  });

  test.each([
    ["does not speak", stub({ version: "exit 0" })],
    ["fails", stub({ version: "echo 'bad interpreter' >&2; exit 126" })],
    ["prints without end", stub({ version: "exec yes" })],
    ["has a config it cannot read", stub({ login: "echo 'Error loading config' >&2; exit 1" })],
  ])("a program that %s is broken", async (_, harness) => {
    const found = await probe(harness, host);
    expect(found.kind).toBe("broken");
    if (found.kind === "broken") expect(found.why).not.toBe("");
  });

  test("one that prints no version is named by its path", async () => {
    const harness = stub({ version: "exit 0" });
    const why = `\`${harness.bin} --version\` printed no version of Codex. Is it another program?`;
    expect(await probe(harness, host)).toMatchObject({ kind: "broken", why });
  });

  test("one that hangs is broken within three seconds", async () => {
    const before = performance.now();
    expect(await probe(stub({ version: "exec sleep 60" }), host)).toMatchObject({
      kind: "broken",
      why: expect.stringContaining("does not answer"),
    });
    expect(performance.now() - before).toBeLessThan(3_500);
  });

  test("one that is not there is missing, and where it was looked for is said", async () => {
    const harness = { ...stub({}), bin: join(root, "not-there") };
    expect(await probe(harness, host)).toMatchObject({
      kind: "missing",
      hint: expect.stringContaining("@openai/codex"),
      looked: [join(root, "not-there")],
    });
  });
});

test("a version outside the tested range is said", () => {
  expect(versionWarning("0.169.0")).toBeNull();
  expect(versionWarning("0.170.0-alpha.1")).toContain("0.170.0-alpha.1");
  expect(versionWarning("0.99.0")).not.toBeNull();
});

test("without an app-server there is exec, and the curated models", async () => {
  const harness = stub({});
  expect(await transportOf(harness.bin!, {}, host)).toBe("exec");
  expect(await discover(harness, root, host)).toEqual(curated);
  const modern = stub({ other: "exit 0" });
  expect(await transportOf(modern.bin!, {}, host)).toBe("app-server");
});

test("the descriptor offers what its models can do", () => {
  const { modes, models, efforts, invalid } = descriptor.options;
  expect(modes.map((it) => it.id)).toEqual([...["plan", "ask", "acceptEdits", "auto", "bypass"]]);
  expect(modes.some((it) => it.id === descriptor.defaultMode)).toBe(true);
  for (const model of models) {
    for (const effort of efforts) {
      const refused = invalid.some((it) => it.model === model.id && it.effort === effort.id);
      expect(refused).toBe(!model.efforts.includes(effort.id));
    }
  }
});
