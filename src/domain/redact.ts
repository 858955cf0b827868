/** What a report may not tell of the person's machine, by what stands for it. */
export interface Private {
  readonly home: string | null;
  readonly dataDir: string;
  readonly user: string | null;
  readonly host: string | null;
}

const email = /[\p{L}\p{N}._%+-]+@[\p{L}\p{N}.-]+\.\p{L}{2,}/gu;

/** Keys and tokens by the forms they are given out in, and anything long that looks random. */
const secrets: readonly RegExp[] = [
  /\b(?:sk|pk|rk|ghp|gho|ghs|github_pat|glpat|xox[abp]|AKIA|AIza)[-_A-Za-z0-9*]{8,}/g,
  /\bBearer\s+\S+/gi,
  /\b[A-Za-z0-9_-]{20,}\.[A-Za-z0-9_-]{20,}\.[A-Za-z0-9_-]{20,}\b/g,
  /\b(?=[A-Za-z0-9_-]*\d)(?=[A-Za-z0-9_-]*[A-Za-z])[A-Za-z0-9_-]{40,}\b/g,
  /(:\/\/)[^/\s:@]+:[^/\s@]+@/g,
];

/**
 * A text without the person's paths, names, addresses and keys, so that it can be shown to anyone.
 * Paths stay readable: `~/code/app` and `<data>/worktrees/…`.
 */
export function redact(text: string, { home, dataDir, user, host }: Private): string {
  let shown = replaced(text, dataDir, "<data>");
  if (home !== null && home !== "/") shown = replaced(shown, home, "~");
  for (const form of secrets) {
    shown = shown.replace(form, (_, scheme: unknown) =>
      scheme === "://" ? "://<secret>@" : "<secret>",
    );
  }
  shown = shown.replace(email, "<address>");
  // A name of one or two letters is in every other word.
  for (const [name, stand] of [
    [user, "<user>"],
    [host, "<host>"],
  ] as const) {
    if (name !== null && name.length > 2 && name !== "root") shown = asWord(shown, name, stand);
  }
  return shown;
}

function replaced(text: string, part: string, by: string): string {
  return part === "" ? text : text.replaceAll(part, by);
}

function asWord(text: string, name: string, by: string): string {
  const literal = name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return text.replace(new RegExp(`(?<![\\p{L}\\p{N}])${literal}(?![\\p{L}\\p{N}])`, "gu"), by);
}
