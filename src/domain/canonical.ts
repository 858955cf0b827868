/**
 * A JSON value as text that does not depend on the order of its keys. Two inputs are the same
 * exactly when their texts are: nothing is trimmed, folded or normalised, so look-alikes differ.
 */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) {
    return `[${value.map(canonical).join(",")}]`;
  }
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value)
      .filter(([, held]) => held !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
      .map(([key, held]) => `${JSON.stringify(key)}:${canonical(held)}`);
    return `{${entries.join(",")}}`;
  }
  return JSON.stringify(value) ?? "null";
}

/**
 * Whether two inputs of one tool are the same call: everything the smaller one says, the larger one
 * says too. Agents fill in defaults in one place and not in another.
 */
export function sameCall(a: unknown, b: unknown): boolean {
  if (!isObject(a) || !isObject(b)) {
    return canonical(a) === canonical(b);
  }
  const [less, more] = Object.keys(a).length <= Object.keys(b).length ? [a, b] : [b, a];
  const said = Object.entries(less);
  return said.every(([key, held]) => key in more && canonical(held) === canonical(more[key]));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
