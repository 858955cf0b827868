import { afterAll, expect, test } from "bun:test";
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Harness } from "../contract/harness.ts";
import { makeOwnHome, ownHome, retireHome, sweepHomes } from "./harness-home.ts";

const dataDir = mkdtempSync(join(tmpdir(), "agetor-homes-"));
afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

const day = 24 * 60 * 60 * 1000;
const removed = () => readdirSync(join(dataDir, "harnesses", ".removed")).sort();

function furnished(id: string): string {
  const home = ownHome(dataDir, id);
  makeOwnHome(dataDir, { id, home });
  writeFileSync(join(home, "login"), id);
  return home;
}

function harness(id: string, home: string | null): Harness {
  return {
    ...{ id, kind: "codex", label: id, builtin: false, enabled: true, bin: null, args: [] },
    ...{ home, env: {}, createdAt: 0, updatedAt: 0 },
  };
}

test("only a home of its own is made: any other is the person's", () => {
  makeOwnHome(dataDir, { id: "theirs", home: join(dataDir, "theirs") });
  makeOwnHome(dataDir, { id: "usual", home: null });
  expect(existsSync(join(dataDir, "theirs"))).toBe(false);
  expect(existsSync(join(dataDir, "harnesses"))).toBe(false);
});

test("an empty home goes with its harness; one with a login is put aside", () => {
  const empty = ownHome(dataDir, "empty");
  makeOwnHome(dataDir, { id: "empty", home: empty });
  const used = furnished("used");
  for (const id of ["empty", "used", "never-made"]) retireHome(dataDir, id, day);
  expect([existsSync(empty), existsSync(used)]).toEqual([false, false]);
  expect(removed()).toEqual([`used@${day}`]);
});

test("a start retires what a killed server left, keeps what is used, and forgets after 30 days", () => {
  const kept = furnished("kept");
  const lent = furnished("lent");
  const switched = furnished("switched-back-and-forth");
  furnished("orphan");
  const harnesses = [
    harness("kept", kept),
    harness("borrower", lent),
    harness("switched-back-and-forth", null),
  ];
  sweepHomes(dataDir, harnesses, 20 * day);
  expect([kept, lent, switched].every((home) => existsSync(home))).toBe(true);
  expect(removed()).toEqual([`orphan@${20 * day}`, `used@${day}`]);
  sweepHomes(dataDir, harnesses, 40 * day);
  expect(removed()).toEqual([`orphan@${20 * day}`]);
});
