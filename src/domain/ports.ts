export interface Range {
  readonly first: number;
  readonly count: number;
}

/**
 * Where ports are taken from. Linux gives the ports from 32768 on to whoever connects anywhere, so
 * those come only when all below are taken.
 */
export const portSpace = { low: 20_000, preferred: 32_768, high: 61_000 } as const;

/**
 * First ports of ranges that no range of `taken` touches, in the order to try them: from `start` on
 * and around, so that two data directories seldom ask for the same. The caller looks whether the
 * machine has them free.
 */
export function* portCandidates(
  taken: readonly Range[],
  count: number,
  start: number,
): Generator<number> {
  const { low, preferred, high } = portSpace;
  yield* around(taken, count, { low, high: preferred, start });
  yield* around(taken, count, { low: preferred, high, start: 0 });
}

function* around(
  taken: readonly Range[],
  count: number,
  space: { readonly low: number; readonly high: number; readonly start: number },
): Generator<number> {
  const places = Math.floor((space.high - space.low) / count);
  const offset = places === 0 ? 0 : Math.floor(space.start / count) % places;
  for (let n = 0; n < places; n += 1) {
    const first = space.low + ((offset + n) % places) * count;
    const isTaken = taken.some(
      (range) => first < range.first + range.count && range.first < first + count,
    );
    if (!isTaken) yield first;
  }
}
