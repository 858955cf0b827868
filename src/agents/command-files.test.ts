import { afterAll, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { commandFiles, frontMatter, skillFiles } from "./command-files.ts";

const root = mkdtempSync(join(tmpdir(), "agetor-commands-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

function write(path: string, text: string): void {
  mkdirSync(join(root, path, ".."), { recursive: true });
  writeFileSync(join(root, path), text);
}

const head = '---\ndescription: "Say: hello"\nargument-hint: [name]\n---\n';

test("commands are the Markdown files of a folder, with what their heads say", async () => {
  write("commands/greet.md", `${head}Hello $ARGUMENTS`);
  write("commands/deep/er/look.md", "Look around");
  write("commands/not a name.md", "x");
  write("commands/readme.txt", "x");
  expect(await commandFiles(join(root, "commands"))).toEqual([
    { name: "deep:er:look", description: "", argumentHint: null },
    { name: "greet", description: "Say: hello", argumentHint: "[name]" },
  ]);
  expect(await commandFiles(join(root, "none"))).toEqual([]);
});

test("skills are folders with a SKILL.md", async () => {
  write("skills/review/SKILL.md", `${head}Do it`);
  write("skills/review/more/SKILL.md", head);
  write("skills/SKILL.md", head);
  expect((await skillFiles(join(root, "skills"))).map(({ name }) => name)).toEqual(["review"]);
});

test("links lead nowhere: no file and no folder outside is read", async () => {
  write("outside/secret.md", "---\ndescription: secret\n---\n");
  mkdirSync(join(root, "linked"));
  symlinkSync(join(root, "outside"), join(root, "linked", "folder"));
  symlinkSync(join(root, "outside", "secret.md"), join(root, "linked", "file.md"));
  expect(await commandFiles(join(root, "linked"))).toEqual([]);
});

test("a head is read as far as it is plain", () => {
  const said = frontMatter("---\nname: a\ndescription: |\n  more\nempty:\n---\ndescription: b");
  expect([...said]).toEqual([["name", "a"]]);
  expect(frontMatter("description: none").size).toBe(0);
});
