import { expect, test } from "bun:test";
import { oneLine, relativeTo, unwrapShell } from "./words.ts";

test.each([
  ["/bin/bash -lc 'ls -la'", "ls -la"],
  ["/usr/bin/zsh -lc ls", "ls"],
  ["bash -c 'a'", "a"],
  [`/bin/bash -lc 'echo '"'"'x'"'"' y'`, "echo 'x' y"],
  [`/bin/bash -lc "say \\"hi\\" \\$HOME"`, 'say "hi" $HOME'],
  ["/bin/bash -lc 'a\nb'", "a\nb"],
  // Not one quoted word: shown as it is.
  ["/bin/bash -lc 'open", "/bin/bash -lc 'open"],
  ["/bin/bash -lc ls -la", "/bin/bash -lc ls -la"],
  ["ls -la", "ls -la"],
  ["/bin/bash script.sh", "/bin/bash script.sh"],
])("%s is shown as %s", (command, shown) => {
  expect(unwrapShell(command)).toBe(shown);
});

test("paths are shown from the worktree", () => {
  expect(relativeTo("/repo/wt", "/repo/wt/a/b.ts")).toBe("a/b.ts");
  expect(relativeTo("/repo/wt/", "/repo/wt/a")).toBe("a");
  expect(relativeTo("/repo/wt", "/repo/wt2/a")).toBe("/repo/wt2/a");
  expect(relativeTo("/repo/wt", "/repo/wt")).toBe("/repo/wt");
});

test("a row takes the first line that says something", () => {
  expect(oneLine("\n\n  first \nsecond")).toBe("first");
  expect(oneLine("abcdef", 4)).toBe("abc…");
  expect(oneLine("")).toBe("");
});
