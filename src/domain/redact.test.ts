import { expect, test } from "bun:test";
import { redact } from "./redact.ts";

const machine = {
  home: "/home/ada",
  dataDir: "/home/ada/.agetor",
  user: "ada",
  host: "lovelace",
};
const show = (text: string) => redact(text, machine);

test("paths stay readable, without the person's name", () => {
  expect(show("/home/ada/.agetor/worktrees/x and /home/ada/code/app")).toBe(
    "<data>/worktrees/x and ~/code/app",
  );
  expect(show("/var/spool/ada on lovelace.local")).toBe("/var/spool/<user> on <host>.local");
  // Only whole words.
  expect(show("adapter, lovelaces")).toBe("adapter, lovelaces");
});

test("keys, tokens and addresses are gone", () => {
  const texts = [
    "API key configured - sk-ant-api03-abcdefgh",
    "Authorization: Bearer abc.def",
    "ghp_0123456789abcdefABCDEF",
    `token ${"a1".repeat(24)}`,
    "https://me:secret@example.org/x.git",
    "ada.lovelace@example.org, Max plan",
  ];
  const shown = texts.map(show).join("\n");
  for (const secret of ["abcdefgh", "abc.def", "0123456789", "a1a1", "secret@", "example.org,"]) {
    expect(shown).not.toContain(secret);
  }
  expect(show("https://me:secret@example.org/x.git")).toBe("https://<secret>@example.org/x.git");
});

test("versions, ports and plain words are as they were", () => {
  const plain = "git 2.39.5, tmux 3.3a, port 4317, 212 GB free, codex-cli 0.169.0, bun 1.4.5";
  expect(show(plain)).toBe(plain);
  expect(redact("x", { home: null, dataDir: "/data", user: null, host: null })).toBe("x");
});
