import { readFileSync } from "node:fs";
import { dirname, join } from "node:path/posix";
import { parseSync } from "vite";

/** One import, export-from, `import()` or `import("…")` type in a file. */
export interface Import {
  /** As written, without a `?query`. */
  readonly specifier: string;
  /** The imported file relative to the root; null for a package or a built-in. */
  readonly target: string | null;
  readonly typeOnly: boolean;
  readonly line: number;
}

export interface Fn {
  readonly name: string;
  /** Lines of the body that hold code: neither blank nor only a comment. */
  readonly lines: number;
  readonly line: number;
  readonly isComponent: boolean;
}

/** A use of the clock, of chance or of the machine. */
export interface Impurity {
  readonly what: string;
  readonly line: number;
}

export interface Source {
  /** Relative to the root, with `/`. */
  readonly path: string;
  readonly lines: number;
  readonly imports: readonly Import[];
  readonly functions: readonly Fn[];
  readonly impurities: readonly Impurity[];
  readonly errors: readonly string[];
}

export interface Violation {
  readonly path: string;
  readonly line: number;
  readonly rule: string;
  readonly message: string;
}

interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [key: string]: unknown;
}

const isNode = (value: unknown): value is Node =>
  typeof value === "object" && value !== null && typeof (value as Node).type === "string";

const children = (node: Node): Node[] => Object.values(node).flat().filter(isNode);

/** A text property of a node's child, such as the name of its identifier. */
function text(node: unknown, key: string): string | null {
  const value = isNode(node) ? node[key] : undefined;
  return typeof value === "string" ? value : null;
}

export const lineCount = (code: string): number =>
  code === "" ? 0 : code.split("\n").length - (code.endsWith("\n") ? 1 : 0);

/** Reads everything the checks want to know about one TypeScript or JavaScript file. */
export function readSource(root: string, path: string): Source {
  const code = readFileSync(join(root, path), "utf8");
  const { program, comments, errors } = parseSync(path, code);
  const bare = comments.reduce(
    (rest, { start, end }) =>
      rest.slice(0, start) + rest.slice(start, end).replace(/[^\n]/g, " ") + rest.slice(end),
    code,
  );
  const lineAt = (offset: number): number => code.slice(0, offset).split("\n").length;
  const imports: Import[] = [];
  const functions: Fn[] = [];
  const impurities: Impurity[] = [];

  const visit = (node: Node, parents: readonly Node[]): void => {
    const line = () => lineAt(node.start);
    const found = importOf(node);
    if (found) {
      const specifier = found.specifier.replace(/\?.*$/, "");
      const target = specifier.startsWith(".") ? join(dirname(path), specifier) : null;
      imports.push({ specifier, target, typeOnly: found.typeOnly, line: line() });
    }
    const body = bodyOf(node);
    if (body) {
      const name = nameOf(node, parents);
      const lines = bare
        .slice(body.start, body.end)
        .split("\n")
        .filter((it) => it.trim()).length;
      const isComponent = path.endsWith(".tsx") && /^[A-Z]/.test(name);
      functions.push({ name, lines, line: line(), isComponent });
    }
    const what = impurityOf(node, parents.at(-1));
    if (what) impurities.push({ what, line: line() });
    for (const child of children(node)) visit(child, [...parents, node]);
  };
  visit(program as unknown as Node, []);
  const messages = errors.map(({ message }) => message);
  return { path, lines: lineCount(code), imports, functions, impurities, errors: messages };
}

function importOf(node: Node): { specifier: string; typeOnly: boolean } | null {
  const specifier = text(node["source"], "value");
  if (specifier === null) return null;
  switch (node.type) {
    case "ImportDeclaration":
      return { specifier, typeOnly: node["importKind"] === "type" || onlyTypes(node) };
    case "ExportNamedDeclaration":
    case "ExportAllDeclaration":
      return { specifier, typeOnly: node["exportKind"] === "type" || onlyTypes(node) };
    case "ImportExpression":
      return { specifier, typeOnly: false };
    case "TSImportType":
      return { specifier, typeOnly: true };
    default:
      return null;
  }
}

/** `import { type A, type B }`: erased as a whole would be, as far as the layers are concerned. */
function onlyTypes(node: Node): boolean {
  const named = children(node).filter((it) => /^(Im|Ex)port.*Specifier$/.test(it.type));
  const kinds = named.map((it) => it["importKind"] ?? it["exportKind"]);
  return kinds.length > 0 && kinds.every((kind) => kind === "type");
}

const functionTypes = new Set([
  "FunctionDeclaration",
  "FunctionExpression",
  "ArrowFunctionExpression",
]);

function bodyOf(node: Node): Node | null {
  const body = node["body"];
  return functionTypes.has(node.type) && isNode(body) ? body : null;
}

/** A function's own name, or that of what it is assigned to: `const A = memo(() => …)` is A. */
function nameOf(node: Node, parents: readonly Node[]): string {
  const own = text(node["id"], "name");
  if (own) return own;
  for (const parent of parents.toReversed()) {
    if (parent.type === "VariableDeclarator") return text(parent["id"], "name") ?? "(anonymous)";
    if (parent["key"] !== undefined) return text(parent["key"], "name") ?? "(computed)";
    if (parent.type !== "CallExpression") break;
  }
  return "(anonymous)";
}

const machine = new Set(
  "process Bun setTimeout setInterval setImmediate fetch crypto performance console window document localStorage sessionStorage navigator".split(
    " ",
  ),
);

function impurityOf(node: Node, parent: Node | undefined): string | null {
  const name = text(node, "name");
  if (node.type === "Identifier" && name !== null && machine.has(name)) {
    const isMember = parent?.type === "MemberExpression" && parent["property"] === node;
    const isKey = parent?.["key"] === node;
    const isType = parent?.type.startsWith("TS") ?? false;
    return isMember || isKey || isType ? null : name;
  }
  if (node.type === "MemberExpression") {
    const member = `${text(node["object"], "name")}.${text(node["property"], "name")}`;
    return member === "Date.now" || member === "Math.random" ? member : null;
  }
  const isNow = node.type === "NewExpression" && text(node["callee"], "name") === "Date";
  return isNow && (node["arguments"] as unknown[]).length === 0 ? "new Date()" : null;
}
