import type { Catalogue, Descriptor } from "../agents/driver.ts";
import type { Harness } from "../contract/harness.ts";
import { Slots } from "../git/lanes.ts";
import type { Core } from "./core.ts";
import type { HarnessConfig } from "./harness-config.ts";

/** How long a catalogue is taken as it is, in milliseconds; after that it is asked for again behind it. */
const goodFor = 2 * 60_000;
/** The same for one that the agent could not be asked for. */
const poorFor = 60_000;
/** How long anybody waits for the first one of an agent. */
const patienceMs = 3_000;
const most = 200;
/** So many agents of one kind are asked at once: each is a whole process of it. */
const atOnce = 2;

interface Entry {
  known: Catalogue | null;
  /** When `known` came, on the clock that never jumps. */
  at: number;
  asking: Promise<Catalogue> | null;
}

/**
 * Models and commands of each harness in each folder, as its agent lists them. What is known is
 * answered at once and asked for again in the background when it has grown old; nobody waits longer
 * than `patienceMs`, and gets what this version knows by itself until the agent has answered.
 */
export class Catalogues {
  readonly #core: Core;
  readonly #config: HarnessConfig;
  readonly #entries = new Map<string, Entry>();
  readonly #slots = new Map<string, Slots>();

  constructor(core: Core, config: HarnessConfig) {
    this.#core = core;
    this.#config = config;
  }

  /** Null for a kind of agent this version cannot run. */
  async of(harness: Harness, workdir: string, patience = patienceMs): Promise<Catalogue | null> {
    const driver = this.#config.driver(harness.kind);
    if (driver === null) {
      return null;
    }
    const { clock } = this.#core.deps;
    const entry = this.#entry(harness, workdir);
    const good = entry.known?.source === "probe" ? goodFor : poorFor;
    if (entry.known === null || clock.monotonic() - entry.at > good) {
      entry.asking ??= this.#ask(harness, workdir, entry);
    }
    if (entry.known !== null || entry.asking === null) {
      return entry.known ?? curated(driver.descriptor);
    }
    const { promise: late, resolve } = Promise.withResolvers<null>();
    const cancel = clock.after(patience, () => resolve(null));
    const first = await Promise.race([entry.asking, late]);
    cancel();
    return first ?? curated(driver.descriptor);
  }

  /** Asks again, whatever is known. */
  fresh(harness: Harness, workdir: string, patience: number): Promise<Catalogue | null> {
    this.forget(harness.id);
    return this.of(harness, workdir, patience);
  }

  forget(harnessId: string): void {
    for (const key of this.#entries.keys()) {
      if (key.startsWith(`${harnessId} `)) {
        this.#entries.delete(key);
      }
    }
  }

  /** The entry of a harness as it is configured now; the one used longest ago makes room. */
  #entry(harness: Harness, workdir: string): Entry {
    const key = `${harness.id} ${JSON.stringify([this.#config.resolve(harness), workdir])}`;
    const entry = this.#entries.get(key) ?? { known: null, at: 0, asking: null };
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    const [oldest] = this.#entries.keys();
    if (this.#entries.size > most && oldest !== undefined) {
      this.#entries.delete(oldest);
    }
    return entry;
  }

  #slotsOf(kind: string): Slots {
    const slots = this.#slots.get(kind) ?? new Slots(atOnce);
    this.#slots.set(kind, slots);
    return slots;
  }

  async #ask(harness: Harness, workdir: string, entry: Entry): Promise<Catalogue> {
    const { clock, host, log } = this.#core.deps;
    const driver = this.#config.driver(harness.kind);
    const answer = await this.#slotsOf(harness.kind)
      .run(async () => driver?.discover(this.#config.resolve(harness), workdir, host) ?? null)
      .catch((thrown: unknown) => {
        log("warn", "an agent could not be asked for its models", {
          harnessId: harness.id,
          why: String(thrown),
        });
        return null;
      });
    entry.asking = null;
    entry.at = clock.monotonic();
    // What the agent said earlier is better than what this version knows by itself.
    if (answer !== null && (answer.source === "probe" || entry.known === null)) {
      entry.known = answer;
    }
    return entry.known ?? answer ?? { models: [], commands: [], source: "curated" };
  }
}

/** What this version knows of a kind of agent without asking it. */
function curated({ options, commands }: Descriptor): Catalogue {
  const models = options.models.map((model, index) => ({ ...model, default: index === 0 }));
  return { models, commands, source: "curated" };
}
