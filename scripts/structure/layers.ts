import type { Source, Violation } from "./source.ts";

/** Which layers each layer may import besides itself. The picture is in docs/architecture.md. */
const below: Readonly<Record<string, readonly string[]>> = {
  contract: [],
  domain: ["contract"],
  store: ["contract", "domain"],
  git: ["contract", "domain"],
  host: ["contract", "domain"],
  agents: ["contract", "domain", "host"],
  engine: ["contract", "domain", "store", "git", "host", "agents"],
  http: ["contract", "engine"],
  mcp: ["contract", "engine"],
  cli: ["contract"],
  window: ["contract"],
  web: ["contract", "domain"],
};

const root = "src/main.ts";

export const isTest = (path: string): boolean =>
  /\.test\.tsx?$|\/testing\//.test(path) || path.startsWith("test/");

const isBuiltIn = (specifier: string): boolean => /^(node|bun)(:|$)/.test(specifier);

/** The agent's folder, `claude` for src/agents/claude/decode.ts; null for the shared files. */
const kindOf = (path: string): string | null => /^src\/agents\/([^/]+)\//.exec(path)?.[1] ?? null;

const layerOf = (path: string): string | null => /^src\/([^/]+)\//.exec(path)?.[1] ?? null;

export function checkLayers(sources: readonly Source[]): Violation[] {
  const known = new Set(sources.map(({ path }) => path));
  return sources.flatMap((source) => [...placement(source), ...imports(source, known)]);
}

function placement({ path, impurities }: Source): Violation[] {
  if (!path.startsWith("src/") || path === root) return [];
  const layer = layerOf(path);
  const violation = (line: number, message: string): Violation => ({
    path,
    line,
    rule: "layers",
    message,
  });
  if (layer === null || !(layer in below)) {
    return [violation(1, "belongs to no layer; see scripts/structure/layers.ts")];
  }
  const pure = (layer === "domain" || layer === "contract") && !isTest(path);
  if (!pure) return [];
  return impurities.map(({ what, line }) => violation(line, `${layer} is pure, but uses ${what}`));
}

function imports(source: Source, known: ReadonlySet<string>): Violation[] {
  const { path } = source;
  return source.imports.flatMap(({ specifier, target, typeOnly, line }) => {
    const message =
      target === null
        ? packageFault(path, specifier)
        : isCode(target) && !known.has(target)
          ? "is not a file; relative imports carry their extension"
          : fileFault(path, target, typeOnly);
    return message ? [{ path, line, rule: "layers", message: `${specifier} ${message}` }] : [];
  });
}

const isCode = (target: string): boolean => !/\.(css|sql|json|svg|png|woff2|md|txt)$/.test(target);

function packageFault(path: string, specifier: string): string | null {
  if (isTest(path)) return null;
  const layer = layerOf(path);
  if (layer === "contract" && specifier !== "zod") return "is not allowed: contract knows only zod";
  const isZod = /^(zod|@hono\/zod-openapi)(\/|$)/.test(specifier);
  if (layer === "domain" && isZod) return "is not allowed: domain trusts what was parsed";
  if ((layer === "domain" || layer === "web") && isBuiltIn(specifier)) {
    return `is not allowed: ${layer} does not run on Bun alone`;
  }
  return null;
}

function fileFault(path: string, target: string, typeOnly: boolean): string | null {
  if (target === root) return "is the composition root; nothing imports it";
  if (isTest(path)) return null;
  if (isTest(target)) return "is test code";
  const from = layerOf(path);
  const to = layerOf(target);
  if (from === null) return null;
  if (to === null) return "lies outside the layers";
  if (from !== to && !below[from]?.includes(to)) return `is forbidden: ${from} may not know ${to}`;
  if (from === "web" && to === "contract" && !typeOnly) {
    return "must be `import type`: the board ships no schemas";
  }
  const [ours, theirs] = [kindOf(path), kindOf(target)];
  if (from === to && ours !== null && theirs !== null && ours !== theirs) {
    return `is forbidden: the agent ${ours} may not know the agent ${theirs}`;
  }
  return null;
}
