import { expect, test } from "bun:test";
import { installHint } from "./install-hint.ts";

const codex = { npmPackage: "@openai/codex", cask: "codex", afterwards: "run `codex login`" };
const bare = { npm: null, npmWrites: false, brew: null };

test.each([
  [
    { ...bare, npm: "/home/a/.nvm/versions/node/v22/bin/npm", npmWrites: true },
    "npm install -g @openai/codex",
  ],
  // A system's own npm would want root: the person's own folder needs nobody.
  [{ ...bare, npm: "/usr/bin/npm" }, "npm install -g --prefix ~/.local @openai/codex"],
  [{ ...bare, brew: "/opt/homebrew/bin/brew" }, "brew install --cask codex"],
  [bare, "npm install -g @openai/codex"],
])("with %j it is %p", (installers, command) => {
  const hint = installHint(codex, installers);
  expect(/`([^`]+)`/.exec(hint)?.[1]).toBe(command);
  expect(hint).toEndWith("run `codex login`.");
  expect(hint.includes("nodejs.org")).toBe(installers.npm === null && installers.brew === null);
});
