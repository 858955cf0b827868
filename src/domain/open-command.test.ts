import { expect, test } from "bun:test";
import { openCommand } from "./open-command.ts";

test.each([
  ["/home/me/.agetor", "npm run agetor -- open"],
  ["/home/me/other", "npm run agetor -- open --data-dir ~/other"],
  ["/home/me/my board", "npm run agetor -- open --data-dir ~/'my board'"],
  ["/srv/agetor", "npm run agetor -- open --data-dir /srv/agetor"],
  ["/srv/it's", "npm run agetor -- open --data-dir '/srv/it'\\''s'"],
  ["/home/mean/.agetor", "npm run agetor -- open --data-dir /home/mean/.agetor"],
])("the server of %s is opened by %s", (dataDir, command) => {
  expect(openCommand(dataDir, "/home/me")).toBe(command);
});
