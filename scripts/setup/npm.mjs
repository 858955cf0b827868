import { existsSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { isProgram } from "./programs.mjs";
import { run } from "./run.mjs";

/** Where systems keep the certificates they trust; npm itself knows only those built into Node. */
const bundles = [
  "/etc/ssl/certs/ca-certificates.crt",
  "/etc/pki/tls/certs/ca-bundle.crt",
  "/etc/ssl/ca-bundle.pem",
  "/etc/ssl/cert.pem",
];

/**
 * The environment for a download: what the system trusts counts too, so that a company's proxy is
 * no obstacle.
 * @returns {NodeJS.ProcessEnv}
 */
export function downloadEnvironment() {
  const bundle = bundles.find(existsSync);
  return { ...(bundle ? { NODE_EXTRA_CA_CERTS: bundle } : {}), ...process.env };
}

/**
 * How to run npm: the one that started us, else the one beside this Node, else the one on PATH.
 * @returns {[file: string, ...args: string[]]}
 */
function npmCommand() {
  const starter = process.env["npm_execpath"];
  if (starter !== undefined && basename(starter) === "npm-cli.js") {
    return [process.execPath, starter];
  }
  const beside = join(dirname(process.execPath), "npm");
  return [isProgram(beside) ? beside : "npm"];
}

const options = [
  "--ignore-scripts",
  "--no-audit",
  "--no-fund",
  // Its own retries take over a minute before somebody without a network hears of it.
  "--fetch-retries=2",
  "--fetch-retry-mintimeout=500",
  "--fetch-retry-maxtimeout=4000",
  // npm ends with 0 when an optional package cannot be fetched; only this says why it could not.
  "--loglevel=http",
];

/**
 * Installs exactly what a folder's package-lock.json says, checked against its hashes.
 * @param {string} folder
 */
export function npmCi(folder) {
  const [npm, ...args] = npmCommand();
  return run(npm, [...args, "ci", "--prefix", folder, ...options], {
    cwd: folder,
    env: downloadEnvironment(),
  });
}
