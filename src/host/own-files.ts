import { dirname, extname, join } from "node:path";

/** Our own files that run as processes of their own, or lie beside the programs. */
export interface OwnFiles {
  /** The client of the API, which is also the agents' hook and MCP server. */
  readonly cli: string;
  readonly fakeAgent: string;
  /** The folder the board is built into. */
  readonly board: string;
  /** `package.json`, which says the version. */
  readonly manifest: string;
}

/**
 * Where our own files lie, told by where the server's entry lies: `src/main.ts`, or
 * `dist/server/main.js` when it was bundled, whose programs lie below it as their sources do below
 * `src` (`scripts/setup/server.mjs`). `import.meta.url` cannot tell: in a bundle with bytecode it is
 * what it was at the build, also when the folder has moved since.
 */
export function ownFiles(entry: string): OwnFiles {
  const folder = dirname(entry);
  const ending = extname(entry);
  const root = join(folder, ending === ".ts" ? ".." : "../..");
  const program = (path: string): string => join(folder, `${path}${ending}`);
  return {
    cli: program("cli/main"),
    fakeAgent: program("agents/fake/agent"),
    board: join(root, "dist/web"),
    manifest: join(root, "package.json"),
  };
}
