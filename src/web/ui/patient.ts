import { connection } from "../state/connection.ts";

/** How often a part is asked for while the server is there, and the pause between, in milliseconds. */
const tries = 3;
const pauseMs = 1_000;

/**
 * Fetches a part of the page when it is first wanted. While the server is away it waits for it: what
 * stands on the page goes on. Rejects when the server is there and does not have it: it was updated,
 * and the page has to be loaded again.
 */
export function patient<T>(load: () => Promise<T>, next: () => Promise<boolean> = nextTry) {
  return async (): Promise<T> => {
    for (let failed = 0; ; ) {
      try {
        return await load();
      } catch (error) {
        if (await next()) failed += 1;
        if (failed >= tries) throw error;
      }
    }
  };
}

/** Resolves when another try makes sense: true = the server was there all the time. */
function nextTry(): Promise<boolean> {
  if (connection.getState().kind === "open") {
    return new Promise((resolve) => setTimeout(() => resolve(true), pauseMs));
  }
  return new Promise((resolve) => {
    const stop = connection.subscribe(({ kind }) => {
      if (kind !== "open") return;
      stop();
      resolve(false);
    });
  });
}
