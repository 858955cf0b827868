import { expect, test } from "bun:test";
import { commandOptions, fileOptions } from "./options.ts";
import { applied, mention, tokenAt } from "./tokens.ts";

/** The token where `|` stands. */
function at(text: string) {
  const caret = text.indexOf("|");
  const whole = text.replace("|", "");
  const token = tokenAt(whole, caret);
  return token === null ? null : { ...token, text: whole.slice(token.start, token.end) };
}

test("a command is one only at the very start", () => {
  expect(at("/|")).toMatchObject({ kind: "command", query: "", text: "/" });
  expect(at("/rev|iew now")).toMatchObject({ kind: "command", query: "rev", text: "/review" });
  expect(at("/review no|w")).toBeNull();
  expect(at("$ski|")).toMatchObject({ kind: "command", sign: "$", query: "ski" });
  expect(at("see /rev|")).toBeNull();
  expect(at("\n/rev|")).toBeNull();
});

test("a file is named anywhere a word begins, and an address of mail is none", () => {
  expect(at("@|")).toMatchObject({ kind: "file", query: "", text: "@" });
  expect(at("look at @src/a|.ts now")).toMatchObject({ query: "src/a", text: "@src/a.ts" });
  expect(at("(@x|)")).toMatchObject({ query: "x", text: "@x)" });
  expect(at("ada@exa|mple.org")).toBeNull();
  expect(at("@a b|")).toBeNull();
  expect(at('see @"my dir/a|')).toMatchObject({ query: "my dir/a", text: '@"my dir/a' });
});

test("what is completed leaves one space behind it, and a folder goes on", () => {
  const done = (text: string, words: string, goOn = false) => {
    const caret = text.indexOf("|");
    const whole = text.replace("|", "");
    const token = tokenAt(whole, caret);
    if (token === null) throw new Error("no token");
    const next = applied(whole, token, words, goOn);
    return `${next.text.slice(0, next.caret)}|${next.text.slice(next.caret)}`;
  };
  expect(done("fix @sr|", "@src/a.ts")).toBe("fix @src/a.ts |");
  expect(done("fix @sr| now", "@src/a.ts")).toBe("fix @src/a.ts |now");
  expect(done("fix @sr|", "@src/", true)).toBe("fix @src/|");
  expect(done("/re|", "/review")).toBe("/review |");
});

test("a path with a space is put into quotes, open behind a folder", () => {
  expect(mention("a/b.ts", false)).toBe("@a/b.ts");
  expect(mention("my dir", true)).toBe('@"my dir/');
  expect(mention("my dir/b.ts", false)).toBe('@"my dir/b.ts"');
});

test("commands that begin so come first, then those that hold it, then by what they do", () => {
  const command = (name: string, description = "") => ({
    name,
    description,
    argumentHint: null,
    source: "user",
  });
  const all = [command("pre-review"), command("review"), command("x", "Reviews it"), command("y")];
  expect(commandOptions(all, "/", "rev").map(({ label }) => label)).toEqual([
    "review",
    "pre-review",
    "x",
  ]);
  expect(commandOptions([command("/slashed")], "/", "").map(({ insert }) => insert)).toEqual([
    "/slashed",
  ]);
  // A skill of Codex is called by `$`; who types the usual sign finds it too.
  const both = [command("review"), command("$skill")];
  expect(commandOptions(both, "/", "").map(({ insert }) => insert)).toEqual(["$skill", "/review"]);
  expect(commandOptions(both, "$", "").map(({ insert }) => insert)).toEqual(["$skill"]);
});

test("a file is known by its name, with its folder behind it", () => {
  expect(fileOptions([{ path: "src/web/a.ts", isDirectory: false }])).toMatchObject([
    { label: "a.ts", detail: "src/web", insert: "@src/web/a.ts", goOn: false },
  ]);
  expect(fileOptions([{ path: "src", isDirectory: true }])).toMatchObject([
    { label: "src/", detail: "", insert: "@src/", goOn: true },
  ]);
});
