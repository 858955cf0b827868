import type { Source, Violation } from "./source.ts";

/** Every knot of files that import each other, types included (Tarjan's components). */
export function checkCycles(sources: readonly Source[]): Violation[] {
  const files = new Map(sources.map((source) => [source.path, source]));
  const edges = (path: string): string[] =>
    (files.get(path)?.imports ?? []).flatMap(({ target }) =>
      target !== null && files.has(target) ? [target] : [],
    );
  return components([...files.keys()], edges)
    .filter(([first, ...rest]) => first && (rest.length > 0 || edges(first).includes(first)))
    .map((knot) => {
      const [path = "", ...others] = knot.toSorted();
      const message = `imports itself by way of ${others.join(", ") || "itself"}`;
      return { path, line: 1, rule: "cycles", message };
    });
}

function components(nodes: readonly string[], edges: (node: string) => string[]): string[][] {
  const index = new Map<string, number>();
  const stack: string[] = [];
  const found: string[][] = [];

  const visit = (node: string): number => {
    const mine = index.size;
    index.set(node, mine);
    stack.push(node);
    let lowest = mine;
    for (const next of edges(node)) {
      if (!index.has(next)) lowest = Math.min(lowest, visit(next));
      else if (stack.includes(next)) lowest = Math.min(lowest, index.get(next) ?? lowest);
    }
    if (lowest === mine) found.push(stack.splice(stack.indexOf(node)));
    return lowest;
  };
  for (const node of nodes) if (!index.has(node)) visit(node);
  return found;
}
