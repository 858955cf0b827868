import { type Fault, fault } from "../contract/fault.ts";
import {
  isPreferenceName,
  type PreferenceFlaw,
  type PreferenceName,
  type PreferenceValue,
  preferenceFlaw,
  preferenceRules,
} from "../contract/preference.ts";
import { err, ok, type Result } from "../contract/result.ts";
import type { Store } from "../store/types.ts";
import type { Answer, CommandMeta, Preferences } from "./api.ts";
import type { Core } from "./core.ts";

type Values = Readonly<Record<string, unknown>>;

/**
 * Key/value settings of the person. Names we know take only what fits them; other names are free
 * (decision 25).
 */
export class PreferenceCommands implements Preferences {
  readonly #core: Core;

  constructor(core: Core) {
    this.#core = core;
  }

  all(): Result<{ preferences: Values }> {
    return ok({ preferences: fitting(this.#core.deps.store.preferences()) });
  }

  /** Sets all of them or, when one does not fit, none: 400 with every flaw in `details.issues`. */
  set(values: Values, meta: CommandMeta): Answer<{ preferences: Values }> {
    return Promise.resolve(
      this.#core.command<{ preferences: Values }>(meta, "preference", (work) => {
        const refused = this.#refusal(values);
        if (refused !== null) {
          return err(refused);
        }
        for (const [name, value] of Object.entries(values)) {
          work.tx.putPreference(name, value);
        }
        return ok({ status: 200, body: { preferences: fitting(work.tx.preferences()) } });
      }),
    );
  }

  #refusal(values: Values): Fault | null {
    const flaws = Object.entries(values).flatMap(
      ([name, value]) => preferenceFlaw(name, value) ?? this.#strangeAgent(name, value) ?? [],
    );
    const [first] = flaws;
    if (first === undefined) {
      return null;
    }
    const issues = flaws.slice(0, 20).map(({ name, message, hint }) => ({
      path: [name],
      message: `${message} ${hint}`,
      code: "custom",
    }));
    return fault("invalid_request", first.message, first.hint, { issues });
  }

  /** An agent that is not there would be passed over without a word. */
  #strangeAgent(name: string, value: unknown): PreferenceFlaw | null {
    const { store } = this.#core.deps;
    if (name !== "defaultAgent" || value === null || store.harness(String(value)) !== null) {
      return null;
    }
    const known = store.harnesses().map(({ id }) => id);
    return {
      name,
      message: `There is no agent "${String(value)}".`,
      hint: `There are ${known.join(", ")}; null stands for the first that is ready.`,
    };
  }
}

/** One preference; null = its default: nothing is stored, or what an older version let in. */
export function preference<K extends PreferenceName>(
  store: Pick<Store, "preferences">,
  name: K,
): PreferenceValue<K> | null {
  const parsed = preferenceRules[name].schema.safeParse(store.preferences()[name]);
  return parsed.success ? (parsed.data as PreferenceValue<K>) : null;
}

/** Without what does not fit, so that whoever reads them finds their default instead. */
function fitting(stored: Values): Values {
  return Object.fromEntries(
    Object.entries(stored).filter(
      ([name, value]) => !isPreferenceName(name) || preferenceFlaw(name, value) === null,
    ),
  );
}
