import { afterAll, expect, test } from "bun:test";
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { findProgram } from "./find.ts";
import { Workspace } from "./testing/workspace.ts";

const work = new Workspace();
afterAll(() => work.remove());
const home = work.path("home");

function program(path: string, mode = 0o755): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, "#!/bin/sh\n");
  chmodSync(path, mode);
  return path;
}

test("PATH comes before the usual folders, and relative entries do not count", () => {
  const usual = program(`${home}/.local/bin/agent-a`);
  const own = program(work.path("bin/agent-a"));
  program(work.path("rel/agent-b"));
  expect(findProgram("agent-a", { PATH: work.path("bin"), HOME: home }).path).toBe(own);
  const found = findProgram("agent-a", { PATH: "/nonexistent", HOME: home });
  expect(found.path).toBe(usual);
  expect(found.looked).toEqual(["/nonexistent/agent-a", usual]);
  expect(
    findProgram("agent-b", { PATH: `:.:rel:${work.path("none")}`, HOME: home }).path,
  ).toBeNull();
});

test("version managers: the newest version wins, by number", () => {
  program(`${home}/.nvm/versions/node/v9.1.0/bin/agent-c`);
  const newest = program(`${home}/.nvm/versions/node/v22.0.0/bin/agent-c`);
  program(`${home}/.nvm/versions/node/v20.11.0/bin/agent-c`);
  expect(findProgram("agent-c", { PATH: "", HOME: home }).path).toBe(newest);
});

test("a shim stays the name it was called by", () => {
  const shim = program(work.path("volta/volta-shim"));
  mkdirSync(`${home}/.volta/bin`, { recursive: true });
  symlinkSync(shim, `${home}/.volta/bin/agent-d`);
  expect(findProgram("agent-d", { PATH: "", HOME: home }).path).toBe(`${home}/.volta/bin/agent-d`);
});

test("refused: directories, files that cannot run, files anyone can change, also behind a link (TRUST-05)", () => {
  mkdirSync(work.path("p/agent-e"), { recursive: true });
  program(work.path("q/agent-e"), 0o644);
  program(work.path("r/agent-e"), 0o777);
  mkdirSync(work.path("s"));
  symlinkSync(work.path("r/agent-e"), work.path("s/agent-e"));
  symlinkSync(work.path("nowhere"), work.path("s/agent-f"));
  const path = ["p", "q", "r", "s"].map((name) => work.path(name)).join(":");
  const found = findProgram("agent-e", { PATH: path, HOME: home });
  expect(found.path).toBeNull();
  expect(found.looked.slice(0, 4)).toEqual([
    `${work.path("p/agent-e")} (not a file)`,
    `${work.path("q/agent-e")} (not executable)`,
    `${work.path("r/agent-e")} (refused: any user can change it)`,
    `${work.path("s/agent-e")} (refused: any user can change it)`,
  ]);
  expect(findProgram("agent-f", { PATH: path, HOME: home }).path).toBeNull();
});

test("a path is taken as it is, a relative one not at all", () => {
  const agent = program(work.path("x y/agent"));
  expect(findProgram(agent, { PATH: "", HOME: home })).toEqual({ path: agent, looked: [agent] });
  program(`${home}/tools/agent`);
  expect(findProgram("~/tools/agent", { HOME: home }).path).toBe(`${home}/tools/agent`);
  for (const name of ["./agent", "tools/agent", "../agent", "", "a\0b"]) {
    expect(findProgram(name, { PATH: work.dir, HOME: home })).toEqual({ path: null, looked: [] });
  }
});
