import { describe, expect, test } from "bun:test";
import { quotedWord, shellWord } from "./commands.ts";

/** What a real shell makes of the words of one command line. */
function read(line: string): string[] {
  const script = `set -- ${line}\nfor word; do printf '%s\\0' "$word"; done`;
  const { stdout, exitCode } = Bun.spawnSync(["/bin/sh", "-c", script]);
  expect(exitCode).toBe(0);
  return stdout.toString().split("\0").slice(0, -1);
}

const texts = [
  "",
  "/repo/a-b_c.d/e@f:g",
  "it's",
  "'",
  "a b\tc\nd",
  '$HOME `id` $(id) \\ " ! # ; & | < > ( ) { } * ? [a]',
  "~",
  "~root/x",
  "-n",
  "%1",
  "=ls",
  "A=b",
  "A+=b",
  "--source=abc",
  "/opt/a=b/claude",
  "über",
];

describe("a word of a shell", () => {
  test.each([
    ["for people", shellWord],
    ["for scripts", quotedWord],
  ])("%s is read back as it was", (_, word) => {
    expect(read(texts.map(word).join(" "))).toEqual(texts);
  });

  test("for people is quoted only where it has to be", () => {
    const bare = texts.filter((text) => shellWord(text) === text);
    expect(bare).toEqual(["/repo/a-b_c.d/e@f:g", "-n", "--source=abc", "/opt/a=b/claude"]);
  });

  test("that could be taken for an assignment or a job is quoted, for where a command begins", () => {
    for (const text of ["A=b", "A+=b", "%1", "=ls"]) {
      const ran = Bun.spawnSync(["/bin/sh", "-c", `${shellWord(text)} 2>/dev/null`]);
      expect(ran.exitCode).toBe(127);
    }
  });

  test("for scripts is taken literally where a pattern may stand", () => {
    const { stdout } = Bun.spawnSync([
      "/bin/sh",
      "-c",
      `x='a*b'; echo "\${x#${quotedWord("a*")}}"`,
    ]);
    expect(stdout.toString()).toBe("b\n");
    expect(quotedWord("plain")).toBe("'plain'");
  });
});
