import { ensureBun } from "./bun.mjs";
import { ensureDependencies } from "./deps.mjs";
import { alone } from "./lock.mjs";
import { setupDir } from "./paths.mjs";
import { say } from "./say.mjs";
import { ensureSystemPrograms } from "./system.mjs";

/**
 * Brings a clone to where it can run: Bun, packages, git and tmux, and what `more` asks for. Does
 * nothing that is done already, waits while another process is at it, and can be cut off anywhere.
 * @template T
 * @param {(bun: string) => Promise<T>} more
 * @param {{ system: boolean }} needs whether git and tmux are needed: the client does without
 * @returns {Promise<{ bun: string, more: T }>}
 */
export function prepare(more, { system } = { system: true }) {
  const waiting = (/** @type {number} */ holder) =>
    say(`another start (process ${holder}) is setting up; waiting for it.`);
  return alone(`${setupDir}/lock`, waiting, async () => {
    if (system) await ensureSystemPrograms();
    const { bun } = await ensureBun();
    await ensureDependencies(bun);
    return { bun, more: await more(bun) };
  });
}
