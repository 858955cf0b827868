import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { explain } from "./fault.mjs";
import { inRoot, root, setupDir } from "./paths.mjs";
import { run } from "./run.mjs";
import { during } from "./say.mjs";
import { digest, Stamp } from "./stamp.mjs";

const inputs = [
  "src/web",
  "src/domain",
  "src/contract",
  "vite.config.ts",
  "tsconfig.base.json",
  "package.json",
  "bun.lock",
];

/** @param {string} path */
const isShipped = (path) => !/\.test\.tsx?$|\/fixtures\//.test(path);

/**
 * Builds the board into dist/web, unless it was built from the same sources. The old one is served
 * until the new one is whole.
 * @param {string} bun
 */
export async function ensureBoard(bun) {
  const stamp = new Stamp(`${setupDir}/board`);
  const wanted = digest(root, inputs, isShipped);
  const built = inRoot("dist/web");
  if (stamp.matches(wanted) && existsSync(`${built}/index.html`)) return;
  stamp.clear();
  const fresh = `${setupDir}/board-new`;
  const old = `${setupDir}/board-old`;
  for (const leftover of [fresh, old]) rmSync(leftover, { recursive: true, force: true });
  await during("building the board", async () => {
    const vite = ["--bun", inRoot("node_modules/vite/bin/vite.js"), "build"];
    const { code, output } = await run(bun, [...vite, "--outDir", fresh, "--emptyOutDir"], {
      cwd: root,
      env: { ...process.env, NODE_ENV: "production", NO_COLOR: "1" },
    });
    if (code !== 0) throw explain("building the board", output);
  });
  mkdirSync(inRoot("dist"), { recursive: true });
  if (existsSync(built)) renameSync(built, old);
  renameSync(fresh, built);
  rmSync(old, { recursive: true, force: true });
  stamp.set(wanted);
}
