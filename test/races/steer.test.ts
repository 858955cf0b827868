import { afterAll, beforeAll, test } from "bun:test";
import { Office } from "../agents/claude-office.ts";
import { expectSafe, steerRace, summary } from "../agents/claude-race.ts";

let office: Office;

beforeAll(async () => {
  office = await Office.make();
}, 60_000);

afterAll(() => office.close(), 60_000);

test("a message in the very moment a permission dialog opens approves nothing (200 tries)", async () => {
  const tries = await steerRace(office, 200);
  console.info(summary(tries));
  expectSafe(tries, 200);
}, 3_000_000);
