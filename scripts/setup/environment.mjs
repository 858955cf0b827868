import { delimiter, dirname } from "node:path";
import { root } from "./paths.mjs";

/**
 * The person's own environment, without what npm added on the way to us. It is handed on to the
 * server and from there to agents, who must not find our node_modules/.bin first on their PATH.
 * @param {NodeJS.ProcessEnv} env
 * @param {string} start the folder of the package.json whose script npm runs
 * @returns {NodeJS.ProcessEnv}
 */
export function withoutNpm(env, start = root) {
  if (env["npm_execpath"] === undefined) return { ...env };
  const added = new Set();
  for (let dir = start; ; dir = dirname(dir)) {
    added.add(`${dir === "/" ? "" : dir}/node_modules/.bin`);
    if (dirname(dir) === dir) break;
  }
  const path = (env["PATH"] ?? "")
    .split(delimiter)
    .filter((dir) => !added.has(dir) && !dir.endsWith("/node-gyp-bin"))
    .join(delimiter);
  const own = Object.entries(env).filter(
    ([name, value]) =>
      !/^(npm_.*|INIT_CWD|NODE|COLOR)$/.test(name) && !(name === "EDITOR" && value === "vi"),
  );
  return { ...Object.fromEntries(own), PATH: path };
}
