import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { explain } from "./fault.mjs";
import { root } from "./paths.mjs";
import { run } from "./run.mjs";
import { during } from "./say.mjs";
import { digest, Stamp } from "./stamp.mjs";

/** What runs as a process of its own, below src/ and, bundled, at the same place below dist/server/. */
const programs = ["main", "cli/main", "agents/fake/agent"];

const inputs = [
  "src",
  "package.json",
  "bun.lock",
  "tools/package.json",
  "tsconfig.base.json",
  "tsconfig.json",
  "scripts/setup/server.mjs",
];

/**
 * Whether a source can be part of a program.
 * @param {string} path relative to the root
 */
export const isBundled = (path) => !/^src\/web\/|\.test\.tsx?$|\/(fixtures|testing)\//.test(path);

/** Of one program, the last the one that is run: what it finds beside it must not be older. */
const endings = [".js.map", ".js.jsc", ".js"];

/** @param {string} base the root of the repository @returns {string} the server, bundled */
export const bundledServer = (base) => `${base}/dist/server/main.js`;

/** @param {string} base the root of the repository @returns {string} the client, bundled */
export const bundledClient = (base) => `${base}/dist/server/cli/main.js`;

/**
 * Bundles the server and the programs that it starts into dist/server/, unless that was done
 * from the same sources. Each is one file, replaced as a whole: living agents go on starting the hook at its path,
 * and a running server needs nothing of its own any more.
 * @param {string} bun
 * @param {string} base the root of the repository
 */
export async function ensureServer(bun, base = root) {
  const setup = `${base}/.setup`;
  const built = `${base}/dist/server`;
  const stamp = new Stamp(`${setup}/server`);
  const wanted = digest(base, inputs, isBundled);
  const files = programs.flatMap((name) => endings.map((ending) => `${name}${ending}`));
  if (stamp.matches(wanted) && files.every((file) => existsSync(`${built}/${file}`))) return;
  stamp.clear();
  // As deep as the place it goes to: the source maps name the sources from here.
  const fresh = `${setup}/server-new`;
  rmSync(fresh, { recursive: true, force: true });
  const entries = programs.map((name) => `src/${name}.ts`);
  await during("bundling the server", () => bundle(bun, base, entries, fresh));
  for (const file of files) {
    mkdirSync(dirname(`${built}/${file}`), { recursive: true });
    renameSync(`${fresh}/${file}`, `${built}/${file}`);
  }
  rmSync(fresh, { recursive: true, force: true });
  stamp.set(wanted);
}

/**
 * Bundles each entry with all that it imports into one file with bytecode, which is what makes it
 * start fast, and a source map, so that a stack still names the sources.
 * @param {string} bun
 * @param {string} base the root of the repository
 * @param {readonly string[]} entries TypeScript files, relative to `base`
 * @param {string} out the folder for the results, which lie in it as the entries lie in their
 *   common folder
 */
export async function bundle(bun, base, entries, out) {
  const form = ["--target=bun", "--format=cjs", "--bytecode", "--sourcemap=linked"];
  const { code, output } = await run(bun, ["build", ...entries, ...form, "--outdir", out], {
    cwd: base,
    env: { ...process.env, NODE_ENV: "production", NO_COLOR: "1" },
  });
  if (code !== 0) throw explain("bundling the server", output);
}
