import { createHash } from "node:crypto";
import { fault } from "../contract/fault.ts";
import { err, ok, type Result } from "../contract/result.ts";
import { portCandidates } from "../domain/ports.ts";
import type { Core } from "./core.ts";

/** So many ranges are tried on the machine before it counts as full. */
const mostTried = 200;

/** Gives each worktree ports that no other one has, and that nobody listened on when it got them. */
export class Ports {
  readonly #core: Core;
  readonly #start: number;
  /** One at a time: what one is given the next must see. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(core: Core) {
    this.#core = core;
    const hash = createHash("sha256").update(core.deps.dataDir).digest();
    this.#start = hash.readUInt16BE(0);
  }

  /** Ports for the task's worktree, as often as asked the same. `setup_failed` when none are free. */
  allocate(taskId: string, count: number): Promise<Result<null>> {
    const mine = this.#last.then(() => this.#allocate(taskId, count));
    this.#last = mine.catch(() => undefined);
    return mine;
  }

  async #allocate(taskId: string, count: number): Promise<Result<null>> {
    const { store, host } = this.#core.deps;
    if (count === 0 || store.worktree(taskId)?.firstPort != null) {
      return ok(null);
    }
    let tried = 0;
    for (const first of portCandidates(store.portRanges(), count, this.#start)) {
      if (await host.portsAreFree(first, count)) {
        this.#core.commit("ports", (work) => {
          const now = work.tx.worktree(taskId);
          if (now !== null) {
            work.tx.putWorktree({ ...now, firstPort: first, ports: count });
          }
        });
        return ok(null);
      }
      tried += 1;
      if (tried === mostTried) {
        break;
      }
    }
    return err(
      fault(
        "setup_failed",
        `No ${count} ports in a row are free on this machine.`,
        "Delete tasks you are done with, or ask for fewer ports in the project's set-up.",
      ),
    );
  }
}
