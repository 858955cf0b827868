import { createHash } from "node:crypto";
import { type Fault, fault } from "../contract/fault.ts";
import type { Trust, TrustBody } from "../contract/project.ts";
import { err, ok, type Result } from "../contract/result.ts";
import type { Place } from "../git/types.ts";
import type { Answer, CommandMeta } from "./api.ts";
import type { Core } from "./core.ts";

type Files = readonly { readonly path: string; readonly sha256: string }[];

/**
 * The gate before the first run in a repository: its agent-config files can make an agent run
 * things, so the person accepts them once, by their content.
 */
export class TrustGate {
  readonly #core: Core;
  /** Files by repository and commit: a commit never changes what it holds. */
  readonly #known = new Map<string, Files>();

  constructor(core: Core) {
    this.#core = core;
  }

  /** The fault `trust_required`, or null when this content was accepted. */
  async check(place: Place, sha: string | null): Promise<Fault | null> {
    const state = await this.#state(place, sha);
    if (!state.ok) {
      return state.fault;
    }
    if (state.value.trusted) {
      return null;
    }
    const { files } = state.value;
    return fault(
      "trust_required",
      files.length === 0
        ? "Agents have not run in this repository before. It ships no agent configuration."
        : `This repository ships ${files.length} file(s) that configure agents.`,
      "Look at the list, then trust the repository to let agents run in it.",
      { ...state.value },
    );
  }

  async get(path: string): Promise<Result<Trust>> {
    const place = await this.#core.deps.git.inspect(path);
    if (!place.ok) {
      return place;
    }
    return this.#state(place.value, headOf(place.value));
  }

  accept(body: TrustBody, meta: CommandMeta): Answer<Trust> {
    return this.#core.once(meta, async () => {
      const now = await this.#acceptable(body);
      if (!now.ok) {
        return now;
      }
      return this.#core.command(meta, "trust", (work) => {
        work.tx.putTrust({
          path: now.value.path,
          hash: now.value.hash,
          files: now.value.files,
          trustedAt: work.now,
        });
        return ok({ status: 200, body: { ...now.value, trusted: true } });
      });
    });
  }

  /** Accepts without asking what Agetor itself has just made. */
  async acceptOwn(path: string): Promise<Result<null>> {
    const state = await this.get(path);
    if (!state.ok) {
      return state;
    }
    this.#core.commit("trust", (work) => {
      const { hash, files } = state.value;
      work.tx.putTrust({ path: state.value.path, hash, files, trustedAt: work.now });
    });
    return ok(null);
  }

  /** The hash must be one the repository has now, or one a task of it was pinned to. */
  async #acceptable(body: TrustBody): Promise<Result<Trust>> {
    const place = await this.#core.deps.git.inspect(body.path);
    if (!place.ok) {
      return place;
    }
    const { store } = this.#core.deps;
    const shas = new Set<string | null>([headOf(place.value)]);
    if (place.value.kind === "repository") {
      for (const sha of store.baseShas(place.value.commonDir)) {
        shas.add(sha);
      }
    }
    for (const sha of shas) {
      const state = await this.#state(place.value, sha);
      if (state.ok && state.value.hash === body.hash) {
        return state;
      }
    }
    return err(
      fault(
        "conflict",
        "The agent-config files of this repository are not the ones you saw.",
        "Load the list again and look at what changed.",
      ),
    );
  }

  async #state(place: Place, sha: string | null): Promise<Result<Trust>> {
    const files = await this.#files(place, sha);
    if (!files.ok) {
      return files;
    }
    const path = place.kind === "repository" ? place.mainRoot : place.root;
    const hash = hashOf(files.value);
    const accepted = this.#core.deps.store.trust(path);
    return ok({
      path,
      trusted: accepted !== null && accepted.hash === hash,
      hash,
      files: files.value.map((file) => ({ ...file })),
    });
  }

  async #files(place: Place, sha: string | null): Promise<Result<Files>> {
    const key = place.kind === "repository" && sha !== null ? `${place.commonDir} ${sha}` : null;
    const known = key === null ? undefined : this.#known.get(key);
    if (known !== undefined) {
      return ok(known);
    }
    const files = await this.#core.deps.git.agentConfig(place, sha);
    if (files.ok && key !== null) {
      if (this.#known.size > 500) {
        this.#known.clear();
      }
      this.#known.set(key, files.value);
    }
    return files;
  }
}

function headOf(place: Place): string | null {
  return place.kind === "repository" ? place.headSha : null;
}

function hashOf(files: Files): string {
  const hash = createHash("sha256");
  for (const file of files) {
    hash.update(`${file.path}\0${file.sha256}\0`);
  }
  return hash.digest("hex");
}
