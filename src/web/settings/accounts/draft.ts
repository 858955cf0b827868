import type {
  CreateHarnessBody,
  Harness,
  HarnessTemplate,
  PatchHarnessBody,
} from "../../../contract/harness.ts";
import { words } from "../../../domain/argument-words.ts";
import type { HarnessSettings } from "../../../domain/harness-risk.ts";

/** The settings of a harness as they are typed. */
export interface HarnessDraft {
  readonly label: string;
  /** Empty = the usual program. */
  readonly bin: string;
  /** As in a shell: words, quotes, no expansion. */
  readonly args: string;
  /** Empty = where the agent keeps it by itself. */
  readonly home: string;
  /** A config home of its own, made by the server, instead of `home`. */
  readonly ownHome: boolean;
  readonly env: readonly EnvRow[];
}

export interface EnvRow {
  readonly name: string;
  readonly value: string;
}

/** Puts arguments into quotes where a shell would need them. */
export function joinArgs(args: readonly string[]): string {
  return args
    .map((arg) => {
      if (arg !== "" && !/[\s"']/.test(arg)) return arg;
      return arg.includes('"') ? `'${arg}'` : `"${arg}"`;
    })
    .join(" ");
}

/** Whether its config home is the one the server made for it. */
function hasOwnHome({ id, home }: Harness): boolean {
  return home?.endsWith(`/harnesses/${id}`) === true;
}

export function draftOf(harness: Harness): HarnessDraft {
  return {
    label: harness.label,
    bin: harness.bin ?? "",
    args: joinArgs(harness.args),
    home: harness.home ?? "",
    ownHome: hasOwnHome(harness),
    env: Object.entries(harness.env).map(([name, value]) => ({ name, value })),
  };
}

export function draftFrom(template: HarnessTemplate): HarnessDraft {
  return {
    label: template.label,
    bin: template.bin ?? "",
    args: joinArgs(template.args),
    home: "",
    ownHome: template.ownHome,
    env: Object.entries(template.env).map(([name, value]) => ({ name, value })),
  };
}

/** What a draft stands for. Rows without a name are not there yet. */
export function settingsOf(draft: HarnessDraft): HarnessSettings {
  return {
    bin: draft.bin.trim() === "" ? null : draft.bin.trim(),
    args: [...words(draft.args)],
    home: draft.home.trim() === "" || draft.ownHome ? null : draft.home.trim(),
    env: Object.fromEntries(
      draft.env
        .filter(({ name }) => name.trim() !== "")
        .map(({ name, value }) => [name.trim(), value]),
    ),
  };
}

/** What is wrong with a draft before the server is asked; null = nothing we know of. */
export function draftProblem(draft: HarnessDraft): string | null {
  if (draft.label.trim() === "") return "It needs a name.";
  const names = draft.env.map(({ name }) => name.trim()).filter((name) => name !== "");
  const odd = names.find((name) => !/^[A-Za-z_][A-Za-z0-9_]*$/.test(name));
  if (odd !== undefined) return `${odd} cannot be the name of a variable.`;
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) return `${twice} is there twice.`;
  if ((draft.args.match(/"/g)?.length ?? 0) % 2 === 1) return "A quote of the arguments is open.";
  return null;
}

/** An id from a name: `Claude, side` becomes `claude-side`; `taken` get a number. */
export function idFrom(label: string, taken: readonly string[]): string {
  const plain = label
    .normalize("NFD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 48);
  const base = plain === "" ? "account" : plain;
  for (let number = 1; ; number += 1) {
    const id = number === 1 ? base : `${base}-${number}`;
    if (!taken.includes(id)) return id;
  }
}

/** Only what differs; a built-in keeps its name. */
export function patchOf(harness: Harness, draft: HarnessDraft): PatchHarnessBody {
  const { bin, args, home, env } = settingsOf(draft);
  const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);
  return {
    ...(draft.label.trim() === harness.label || harness.builtin
      ? {}
      : { label: draft.label.trim() }),
    ...(bin === harness.bin ? {} : { bin }),
    ...(same(args, harness.args) ? {} : { args: [...args] }),
    ...homeOf(harness, draft.ownHome, home),
    ...(same(env, harness.env) ? {} : { env }),
  };
}

function homeOf(
  harness: Harness,
  own: boolean,
  home: string | null,
): Pick<PatchHarnessBody, "home" | "ownHome"> {
  if (own) return hasOwnHome(harness) ? {} : { ownHome: true };
  return home === harness.home ? {} : { home };
}

export function createOf(
  kind: HarnessTemplate["kind"],
  id: string,
  draft: HarnessDraft,
): CreateHarnessBody {
  const { bin, args, home, env } = settingsOf(draft);
  return {
    id,
    kind,
    label: draft.label.trim(),
    ...(bin === null ? {} : { bin }),
    ...(args.length === 0 ? {} : { args: [...args] }),
    ...(draft.ownHome ? { ownHome: true } : home === null ? {} : { home }),
    ...(Object.keys(env).length === 0 ? {} : { env }),
  };
}
