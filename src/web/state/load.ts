import type { Interaction } from "../../contract/interaction.ts";
import type { Column } from "../../contract/primitives.ts";
import type { Task } from "../../contract/task.ts";
import type { TaskPage } from "../wire/calls.ts";
import { call } from "../wire/client.ts";
import type { Frame } from "../wire/frames.ts";
import { board, changeBoard } from "./board.ts";
import { foldAnswer, foldLoaded, foldWaiting } from "./fold.ts";
import { oncePerFrame } from "./frame.ts";

const firstPage = 60;
const pageSize = 500;
/** Between two loads in a row the first is drawn. */
const pauseBetween = 300;

let streamed = new Set<string>();
let opened = new Set<string>();
let running: Promise<void> | null = null;
let again = false;

/** Remembers what the stream said while a load runs: that is newer than any page of it. */
export function noteStreamed(frames: readonly Frame[]): void {
  if (running === null) return;
  for (const frame of frames) {
    if (frame.type === "task.upserted" && frame.taskId !== null) streamed.add(frame.taskId);
    if (frame.type === "interaction.opened") opened.add((frame.data as Interaction).id);
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
      if (again) await new Promise((resolve) => setTimeout(resolve, pauseBetween));
    } while (again);
  } finally {
    running = null;
  }
}

/** What people look for first comes first. */
const loadOrder: readonly Column[] = ["blocked", "running", "ready", "review", "backlog", "done"];

/**
 * Columns are read side by side, so that each has its top on the screen with the first answers. A
 * task that changes column meanwhile is named by the stream.
 */
async function loadAll(): Promise<void> {
  streamed = new Set();
  opened = new Set();
  const known = new Set<string>();
  const waiting = loadInteractions();
  let arrived: Task[] = [];
  const draw = oncePerFrame(() => {
    const tasks = arrived;
    arrived = [];
    changeBoard((before) => foldAnswer(before, tasks, Date.now()));
  });
  const rest = await Promise.all(
    loadOrder.map(async (column) => {
      const first = await fetchPage(column, null);
      noteCounts(first);
      for (const { id } of first.tasks) known.add(id);
      arrived.push(...first.tasks);
      draw();
      return first.nextCursor === null ? [] : await loadRest(column, first.nextCursor);
    }),
  );
  const interactions = await waiting;
  const tasks = [...arrived, ...rest.flat()];
  arrived = [];
  for (const { id } of tasks) known.add(id);
  for (const id of streamed) known.add(id);
  changeBoard((before) =>
    foldLoaded(foldAnswer(before, tasks, Date.now()), known, interactions, opened),
  );
}

async function loadRest(column: Column, from: string): Promise<readonly Task[]> {
  const tasks: Task[] = [];
  let cursor: string | null = from;
  while (cursor !== null) {
    const page: TaskPage = await fetchPage(column, cursor);
    tasks.push(...page.tasks);
    cursor = page.nextCursor;
  }
  return tasks;
}

function fetchPage(column: Column, cursor: string | null): Promise<TaskPage> {
  // A small first page is there sooner, and fills any screen. The inbox wants all that wait.
  const limit = cursor === null && column !== "blocked" ? firstPage : pageSize;
  return call("GET /tasks", { query: { column, limit, ...(cursor === null ? {} : { cursor }) } });
}

/** Counts of the whole board stand over the columns until every page is here. */
function noteCounts(page: TaskPage): void {
  const { loaded, counts } = board.getState();
  if (!loaded && counts === null) changeBoard((before) => ({ ...before, counts: page.counts }));
}

/** What waits is shown at once: it is what people come for, and the tasks may be many. */
async function loadInteractions(): Promise<readonly Interaction[]> {
  const { interactions } = await call("GET /interactions/pending");
  changeBoard((before) => foldWaiting(before, interactions));
  return interactions;
}
