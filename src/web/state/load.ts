import type { Interaction } from "../../contract/interaction.ts";
import { call } from "../wire/client.ts";
import type { Frame } from "../wire/frames.ts";
import { changeBoard } from "./board.ts";
import { foldAnswer, foldLoaded } from "./fold.ts";

const pageSize = 500;

let streamed = new Set<string>();
let running: Promise<void> | null = null;
let again = false;

/** Remembers what the stream said while a load runs: that is newer than any page of it. */
export function noteStreamed(frames: readonly Frame[]): void {
  if (running === null) return;
  for (const frame of frames) {
    if (frame.type === "task.upserted" && frame.taskId !== null) streamed.add(frame.taskId);
  }
}

/** Loads every task and everything that waits; a load asked for while one runs follows it. */
export function loadBoard(): Promise<void> {
  if (running !== null) {
    again = true;
    return running;
  }
  running = loadUntilCurrent();
  return running;
}

async function loadUntilCurrent(): Promise<void> {
  try {
    do {
      again = false;
      await loadAll();
    } while (again);
  } finally {
    running = null;
  }
}

async function loadAll(): Promise<void> {
  streamed = new Set();
  const waiting = loadInteractions();
  const known = new Set<string>();
  let cursor: string | undefined;
  do {
    const query = { limit: pageSize, ...(cursor === undefined ? {} : { cursor }) };
    const page = await call("GET /tasks", { query });
    for (const { id } of page.tasks) known.add(id);
    changeBoard((before) => ({
      ...foldAnswer(before, page.tasks, Date.now()),
      counts: before.loaded ? null : page.counts,
    }));
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  const interactions = await waiting;
  for (const id of streamed) known.add(id);
  changeBoard((before) => foldLoaded(before, known, interactions));
}

async function loadInteractions(): Promise<readonly Interaction[]> {
  const { interactions } = await call("GET /interactions/pending");
  return interactions;
}
