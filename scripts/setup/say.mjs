/** What the set-up says. All on stderr, so that stdout belongs to the program that follows. */

const out = process.stderr;

/** @param {string} line */
export function say(line) {
  out.write(`agetor: ${line}\n`);
}

/** @param {number} ms */
export const seconds = (ms) => `${(ms / 1000).toFixed(1)} s`;

/**
 * Runs one slow step under a headline: a ticking line on a terminal, two lines elsewhere.
 * @template T
 * @param {string} headline
 * @param {() => Promise<T>} step
 * @returns {Promise<T>}
 */
export async function during(headline, step) {
  const began = performance.now();
  const elapsed = () => seconds(performance.now() - began);
  const line = () => `agetor: ${headline} … ${elapsed()}`;
  out.write(out.isTTY ? line() : `agetor: ${headline} …\n`);
  const ticking = out.isTTY ? setInterval(() => out.write(`\r${line()}`), 100) : undefined;
  try {
    const result = await step();
    out.write(out.isTTY ? `\r${line()}\n` : `agetor: ${headline}: done in ${elapsed()}\n`);
    return result;
  } catch (cause) {
    if (out.isTTY) out.write("\n");
    throw cause;
  } finally {
    clearInterval(ticking);
  }
}
