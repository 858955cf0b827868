import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createHost } from "../../host/host.ts";
import type { ResolvedHarness } from "../driver.ts";
import { probe } from "./probe.ts";

const root = realpathSync(mkdtempSync(join(tmpdir(), "claude-probe-")));
afterAll(() => rmSync(root, { recursive: true }));
const host = createHost({ dataDir: root, env: process.env });

test.each([
  ["says nothing", "exit 0", "printed no version of Claude Code. Is it another program?"],
  [
    "is another",
    "echo 'true (x) 9.1'",
    "printed no version of Claude Code. Is it another program?",
  ],
  ["fails", "echo 'bad interpreter' >&2; exit 126", "ended with status 126. bad interpreter"],
])("a program that %s is named by its path, with what it did", async (name, body, what) => {
  const bin = join(root, name.replaceAll(" ", "-"));
  writeFileSync(bin, `#!/bin/sh\n${body}\n`, { mode: 0o755 });
  const harness: ResolvedHarness = {
    id: "claude-code",
    kind: "claude-code",
    label: "Claude Code",
    bin,
    args: [],
    home: null,
    env: {},
  };
  expect(await probe(harness, host)).toEqual({
    kind: "broken",
    path: bin,
    why: `\`${bin} --version\` ${what}`,
    hint: `Run \`${bin} --version\` in a terminal to see why.`,
  });
});
