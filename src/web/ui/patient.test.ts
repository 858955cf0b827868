import { expect, test } from "bun:test";
import { connection, noteState } from "../state/connection.ts";
import { patient } from "./patient.ts";

/** A part that fails so often before it comes. */
function failing(times: number) {
  let asked = 0;
  const load = (): Promise<string> => {
    asked += 1;
    return asked > times ? Promise.resolve("part") : Promise.reject(new Error(`try ${asked}`));
  };
  return { load, asked: () => asked };
}

test("a part is waited for as long as the server is away", async () => {
  noteState({ kind: "lost", since: 1 });
  const part = failing(5);
  const coming = patient(part.load)();
  for (let came = 1; came <= 5; came += 1) {
    await Promise.resolve();
    noteState({ kind: "lost", since: came });
    noteState({ kind: "open", since: came });
    noteState({ kind: "lost", since: came });
    // One more try for each time that it came back.
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
  expect(await coming).toBe("part");
  expect(part.asked()).toBe(6);
  expect(connection.getState().kind).toBe("lost");
});

test("a part the server does not have is given up after three tries", async () => {
  const part = failing(9);
  const given = patient(part.load, () => Promise.resolve(true))();
  expect(await given.catch((error: Error) => error.message)).toBe("try 3");
});

test("tries while the server was away do not count", async () => {
  const part = failing(9);
  expect(await patient(part.load, () => Promise.resolve(false))()).toBe("part");
});
