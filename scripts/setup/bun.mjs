import { readFileSync } from "node:fs";
import { explain, SetupFault } from "./fault.mjs";
import { npmCi } from "./npm.mjs";
import { inRoot } from "./paths.mjs";
import { bunPackage, thisPlatform } from "./platform.mjs";
import { isProgram, which } from "./programs.mjs";
import { run } from "./run.mjs";
import { during } from "./say.mjs";

/**
 * The pinned Bun: one of the system when it is exactly that version, else our own from npm.
 * @returns {Promise<{ bun: string, version: string }>}
 */
export async function ensureBun() {
  const name = bunPackage(thisPlatform());
  const version = pinOf(name);
  const ours = inRoot(`tools/node_modules/${name}/bin/bun`);
  const theirs = process.env["AGETOR_IGNORE_SYSTEM_BUN"] === "1" ? null : which(["bun"]);
  for (const bun of [ours, theirs]) {
    if (bun !== null && isProgram(bun) && (await versionOf(bun)).version === version) {
      return { bun, version };
    }
  }
  await during(`fetching Bun ${version} (about 50 MB, only once)`, () => fetchBun(ours));
  const found = await versionOf(ours);
  if (found.version !== version) throw unusable(ours, found.why);
  return { bun: ours, version };
}

/** @param {string} name @returns {string} */
function pinOf(name) {
  const { optionalDependencies } = JSON.parse(readFileSync(inRoot("tools/package.json"), "utf8"));
  return optionalDependencies[name];
}

/**
 * npm checks the download against the committed hashes and starts from an empty folder.
 * @param {string} expected the program that must be there afterwards
 */
async function fetchBun(expected) {
  const { code, output } = await npmCi(inRoot("tools"));
  // A disk that fills up while npm unpacks is a warning to npm, and half a Bun to us.
  const torn = output.includes("TAR_ENTRY_ERROR");
  if (code !== 0 || torn || !isProgram(expected)) throw explain("fetching Bun", output);
}

/**
 * @param {string} bun
 * @returns {Promise<{ version: string | null, why: string }>}
 */
async function versionOf(bun) {
  const { code, signal, output } = await run(bun, ["--version"], { limitMs: 10_000 });
  return code === 0
    ? { version: output.trim(), why: `it is ${output.trim()}` }
    : { version: null, why: output.trim() || `it ended with ${signal ?? code}` };
}

/** @param {string} bun @param {string} why */
function unusable(bun, why) {
  const oldCpu = /SIGILL/.test(why);
  return new SetupFault(
    `The fetched Bun does not run here: ${why} (${bun}).`,
    oldCpu
      ? "This processor lacks AVX2, which Bun needs."
      : "Install that version of Bun yourself, so that `bun` on your PATH is it, and start again.",
  );
}
