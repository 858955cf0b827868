import { expect, test } from "bun:test";
import { createMemo } from "./memo.ts";
import { json } from "./respond.ts";

const meta = (commandId: string | null, digest = "d") => ({ commandId, digest });

test("a key runs its work once, also while it is still running", async () => {
  const memo = createMemo();
  let runs = 0;
  const work = async () => json(201, { run: ++runs });
  const answers = await Promise.all([memo.once(meta("k"), work), memo.once(meta("k"), work)]);
  for (const answer of answers)
    expect([answer.status, await answer.text()]).toEqual([201, '{"run":1}']);
  expect((await memo.once(meta("k", "other"), work)).status).toBe(409);
  await memo.once(meta(null), work);
  expect(runs).toBe(2);
});

test("what was refused, or broke, may be tried again", async () => {
  const memo = createMemo();
  expect((await memo.once(meta("k"), () => json(422, {}))).status).toBe(422);
  const broken = memo.once(meta("k"), () => {
    throw new Error("a bug");
  });
  await expect(broken).rejects.toThrow("a bug");
  expect((await memo.once(meta("k"), () => json(200, {}))).status).toBe(200);
});

test("only so many are kept", async () => {
  const memo = createMemo();
  let runs = 0;
  const work = () => json(200, { run: ++runs });
  for (let key = 0; key <= 500; key++) await memo.once(meta(`${key}`), work);
  await memo.once(meta("0"), work);
  expect(runs).toBe(502);
});
