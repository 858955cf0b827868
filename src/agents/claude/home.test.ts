import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Answers, answerDialogs, withAnswers } from "./home.ts";

let dir = "";
let count = 0;

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "agetor-home-"));
});

afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** A home of this test alone, with its settings when given. */
function home(content?: string) {
  const config = join(dir, `h${++count}`);
  mkdirSync(config);
  const json = join(config, ".claude.json");
  if (content !== undefined) writeFileSync(json, content);
  return { config, json };
}

const plain: Answers = { trusted: ["/main", "/wt"], apiKeyTail: null, bypass: false };

describe("Claude's start-up dialogs", () => {
  test("are answered in an empty home", async () => {
    const at = home();
    expect(await answerDialogs(at, { ...plain, apiKeyTail: "0123", bypass: true })).toBeNull();
    expect(JSON.parse(readFileSync(at.json, "utf8"))).toEqual({
      hasCompletedOnboarding: true,
      projects: {
        "/main": { hasTrustDialogAccepted: true },
        "/wt": { hasTrustDialogAccepted: true },
      },
      customApiKeyResponses: { approved: ["0123"], rejected: [] },
      bypassPermissionsModeAccepted: true,
    });
    expect(statSync(at.json).mode & 0o777).toBe(0o600);
    expect(readdirSync(at.config)).toEqual([".claude.json"]);
  });

  test("leave everything else as it is", async () => {
    const old = {
      numStartups: 7,
      projects: { "/wt": { allowedTools: ["a"], hasTrustDialogAccepted: false }, "/x": { y: 1 } },
      customApiKeyResponses: { approved: ["old"], rejected: ["0123", "no"] },
      unknown: [1, { deep: true }],
    };
    const at = home(JSON.stringify(old));
    chmodSync(at.json, 0o640);
    expect(await answerDialogs(at, { ...plain, apiKeyTail: "0123" })).toBeNull();
    expect(JSON.parse(readFileSync(at.json, "utf8"))).toEqual({
      ...old,
      hasCompletedOnboarding: true,
      projects: {
        "/x": { y: 1 },
        "/main": { hasTrustDialogAccepted: true },
        "/wt": { allowedTools: ["a"], hasTrustDialogAccepted: true },
      },
      customApiKeyResponses: { approved: ["old", "0123"], rejected: ["no"] },
    });
    expect(statSync(at.json).mode & 0o777).toBe(0o640);
  });

  test("that are answered already leave the file untouched", async () => {
    const at = home();
    await answerDialogs(at, plain);
    const before = statSync(at.json);
    await answerDialogs(at, plain);
    expect(statSync(at.json).ino).toBe(before.ino);
    expect(withAnswers(JSON.parse(readFileSync(at.json, "utf8")), plain)).toBeNull();
  });

  test("in a file that is not JSON stay open, and the file stays as it is", async () => {
    const at = home("{ half");
    expect(await answerDialogs(at, plain)).toMatchObject({ code: "agent_broken" });
    expect(readFileSync(at.json, "utf8")).toBe("{ half");
  });

  test("are written through a link", async () => {
    const at = home();
    const real = join(dir, `real${count}.json`);
    writeFileSync(real, "{}");
    symlinkSync(real, at.json);
    expect(await answerDialogs(at, plain)).toBeNull();
    expect(lstatSync(at.json).isSymbolicLink()).toBe(true);
    expect(JSON.parse(readFileSync(real, "utf8"))).toMatchObject({ hasCompletedOnboarding: true });
  });

  test("of many starts at once are all answered", async () => {
    const at = home("{}");
    const starts = Array.from({ length: 20 }, (_, n) => ({ ...plain, trusted: [`/wt${n}`] }));
    await Promise.all(starts.map((answers) => answerDialogs(at, answers)));
    const { projects } = JSON.parse(readFileSync(at.json, "utf8"));
    expect(Object.keys(projects)).toHaveLength(20);
  });
});
