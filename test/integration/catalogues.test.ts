import { afterAll, beforeAll, expect, test } from "bun:test";
import type { Catalogue, Driver } from "../../src/agents/driver.ts";
import { createFakeDriver } from "../../src/agents/fake/driver.ts";
import { TestEngine, value } from "../support/engine.ts";
import { own } from "../support/programs.ts";

/** An agent that lists its models when it is told to: each call of `discover` waits for its turn. */
const calls: {
  readonly workdir: string;
  readonly answer: (catalogue: Catalogue | null) => void;
}[] = [];
const looks = new Set<() => void>();

function slow(): Driver {
  return {
    ...createFakeDriver(own.fakeAgent),
    discover: (_, workdir) =>
      new Promise((resolve, reject) => {
        const answer = (catalogue: Catalogue | null) =>
          catalogue === null ? reject(new Error("no answer")) : resolve(catalogue);
        calls.push({ workdir, answer });
        for (const look of [...looks]) look();
      }),
  };
}

/** The n-th call, as soon as it comes. */
function call(n: number): Promise<(typeof calls)[number]> {
  return new Promise((resolve) => {
    const look = (): void => {
      const found = calls[n - 1];
      if (found === undefined) return;
      looks.delete(look);
      resolve(found);
    };
    looks.add(look);
    look();
  });
}

/** Answers the n-th call, and lets what waits for the answer take it. */
async function answer(n: number, catalogue: Catalogue | null): Promise<void> {
  (await call(n)).answer(catalogue);
  await new Promise((resolve) => setImmediate(resolve));
}

const listing = (...ids: string[]): Catalogue => ({
  models: ids.map((id) => ({ id, label: id, efforts: [], default: false })),
  commands: [],
  source: "probe",
});

let engine: TestEngine;
beforeAll(async () => {
  engine = await TestEngine.start([slow()]);
});
afterAll(() => engine.close());

async function models(): Promise<readonly [string, readonly string[]]> {
  const found = value(await engine.engine.harnesses.models("fake"));
  return [found.source, (found.models["fake"] ?? []).map(({ id }) => id)];
}

const minutes = { patience: 0.06, old: 11 };
const known = ["curated", ["script", "sample"]] as const;

test("nobody waits for an agent that does not answer, and it is asked only once", async () => {
  const first = models();
  await call(1);
  const second = models();
  engine.advance(minutes.patience);
  expect(await first).toEqual(known);
  expect(await second).toEqual(known);
  expect(calls.length).toBe(1);
  await answer(1, listing("one"));
});

test("what it said is answered at once, and asked for again behind it when it is old", async () => {
  expect(await models()).toEqual(["probe", ["one"]]);
  expect(calls.length).toBe(1);
  engine.advance(minutes.old);
  expect(await models()).toEqual(["probe", ["one"]]);
  await answer(2, listing("one", "two"));
  expect(await models()).toEqual(["probe", ["one", "two"]]);
});

test("an agent that fails leaves what it said before", async () => {
  engine.advance(minutes.old);
  expect(await models()).toEqual(["probe", ["one", "two"]]);
  await answer(3, null);
  expect(await models()).toEqual(["probe", ["one", "two"]]);
  expect(calls.length).toBe(3);
});

test("a harness that is changed is asked anew; folders are asked one by one, two at once", async () => {
  const patched = await engine.engine.harnesses.patch(
    "fake",
    { env: { LANG: "C" } },
    { commandId: null, digest: "" },
  );
  value(patched);
  const asked = models();
  await answer(4, listing("three"));
  expect(await asked).toEqual(["probe", ["three"]]);
  const folders = ["/", "/usr", "/bin"].map((folder) =>
    engine.engine.harnesses.commands("fake", folder),
  );
  await call(6);
  expect(calls.length).toBe(6);
  for (const n of [5, 6, 7]) await answer(n, listing());
  for (const folder of folders) value(await folder);
});
