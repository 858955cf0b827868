/** Time for timeouts and retries; tests drive a clock of their own. */
export interface GitClock {
  /** Milliseconds that never run backwards. */
  now(): number;
  /** Calls once after so many milliseconds; the answer takes it back. */
  after(ms: number, call: () => void): () => void;
}

export const systemClock: GitClock = {
  now: () => performance.now(),
  after: (ms, call) => {
    const timer = setTimeout(call, ms);
    return () => clearTimeout(timer);
  },
};

/** Resolves after so many milliseconds, or at once when the signal fires. */
export async function pause(clock: GitClock, ms: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const takeBack = clock.after(ms, resolve);
  signal?.addEventListener("abort", () => resolve(), { once: true });
  await promise;
  takeBack();
}
