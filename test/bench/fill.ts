import { generateNKeysBetween } from "fractional-indexing";
import { ulid } from "ulid";
import type { TranscriptItem } from "../../src/contract/event.ts";
import type { Column } from "../../src/contract/primitives.ts";
import { openStore } from "../../src/store/open.ts";
import type { Store, TaskRecord, Tx } from "../../src/store/types.ts";
import { eventOf, lastEvent } from "./lines.ts";

const now = () => Date.now();

/** Works on the store of a server that is not running. */
export function inStore(dataDir: string, work: (store: Store) => void): void {
  const store = openStore({ dataDir, clock: { now } });
  if (!store.ok) throw new Error(store.fault.message);
  try {
    work(store.value);
  } finally {
    store.value.close();
  }
}

const shares: readonly (readonly [Column, number])[] = [
  ["backlog", 0.42],
  ["ready", 0.06],
  ["review", 0.04],
  ["done", 0.48],
];

/** A board of a year's work: most of it waits or is done. */
export function fillBoard(dataDir: string, cards: number, workdir: string): void {
  inStore(dataDir, (store) => {
    store.transact((tx) => {
      for (const [column, share] of shares) {
        const positions = generateNKeysBetween(null, null, Math.round(cards * share));
        for (const [index, position] of positions.entries()) {
          tx.putTask(aCard(column, position, index, workdir));
        }
      }
    });
  });
}

function aCard(column: Column, position: string, index: number, workdir: string): TaskRecord {
  const title = `Teach the importer about case ${index} of the old format in ${column}`;
  return {
    id: ulid(),
    title,
    prompt: `${title}.\n\n${"Keep the tests green and explain each step. ".repeat(12)}`,
    column,
    position,
    agent: "fake",
    agentKind: "fake",
    workdir,
    commonDir: null,
    prefix: "",
    isolation: "none",
    baseRef: null,
    baseSha: null,
    branch: null,
    worktreePath: null,
    mode: null,
    model: null,
    effort: null,
    references: [],
    runId: null,
    unread: index % 9 === 0,
    stats:
      column === "backlog"
        ? null
        : {
            additions: 12 + index,
            deletions: index % 40,
            files: 1 + (index % 7),
            costUsd: 0.4,
            contextPercent: index % 90,
            todosDone: index % 5,
            todosTotal: 5,
          },
    live: null,
    pullRequest: null,
    conflicts: null,
    archivedAt: null,
    deletedAt: null,
    trash: null,
    createdAt: now() - index * 60_000,
    updatedAt: now() - index * 30_000,
  };
}

/** Makes a task's transcript long, as weeks of work would. */
export function fillTranscript(dataDir: string, taskId: string, events: number): void {
  inStore(dataDir, (store) => {
    const runId = store.task(taskId)?.runId ?? null;
    const append = (tx: Tx, { type, data }: TranscriptItem): void => {
      tx.appendEvent({ at: now(), type, taskId, runId, key: null, cause: "bench", data });
    };
    for (let from = 0; from < events; from += 5000) {
      store.transact((tx) => {
        for (let n = from; n < Math.min(from + 5000, events); n += 1) append(tx, eventOf(n));
      });
    }
    store.transact((tx) => append(tx, lastEvent()));
  });
}
