/** A choice that may be impossible together with what else is chosen. */
export interface Offer {
  readonly value: string;
  readonly label: string;
  /** Why it cannot work, as the end of a sentence without its full stop; null or absent when it can. */
  readonly impossible?: string | null;
}

/** What a list offers: not what is impossible, unless it is chosen already. */
export function offered<T extends Offer>(
  options: readonly T[],
  value: string | null,
): readonly T[] {
  return options.filter((option) => option.value === value || reasonOf(option) === null);
}

/** What is not offered and why: "Max and Ultra are hidden: GPT-5.5 has no such effort." */
export function hiddenWords(options: readonly Offer[], value: string | null): string | null {
  const labels = new Map<string, string[]>();
  for (const option of options) {
    const reason = reasonOf(option);
    if (reason === null || option.value === value) continue;
    labels.set(reason, [...(labels.get(reason) ?? []), option.label]);
  }
  if (labels.size === 0) return null;
  return [...labels]
    .map(([reason, of]) => `${inWords(of)} ${of.length === 1 ? "is" : "are"} hidden: ${reason}.`)
    .join(" ");
}

/** Why what is chosen cannot work: it stays, and is marked with this. */
export function chosenWords(options: readonly Offer[], value: string | null): string | null {
  const chosen = options.find((option) => option.value === value);
  const reason = chosen === undefined ? null : reasonOf(chosen);
  return chosen === undefined || reason === null
    ? null
    : `${chosen.label} is chosen, but ${reason}.`;
}

function reasonOf(option: Offer): string | null {
  return option.impossible ?? null;
}

function inWords(labels: readonly string[]): string {
  const last = labels.at(-1) ?? "";
  return labels.length < 2 ? last : `${labels.slice(0, -1).join(", ")} and ${last}`;
}
