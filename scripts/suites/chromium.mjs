import { chmodSync, copyFileSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { explain, SetupFault } from "../setup/fault.mjs";
import { npmCi } from "../setup/npm.mjs";
import { inRoot, setupDir } from "../setup/paths.mjs";
import { isProgram, which } from "../setup/programs.mjs";
import { run } from "../setup/run.mjs";
import { during } from "../setup/say.mjs";
import { install } from "../setup/system.mjs";

const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const onMac = ["Google Chrome", "Chromium", "Microsoft Edge"].map(
  (app) => `/Applications/${app}.app/Contents/MacOS/${app}`,
);
const home = `${setupDir}/chromium`;
const wrapper = `${home}/chromium`;

/**
 * A browser for the tests: a named one, one of the system, one from the system's packages, or the
 * one that npm can deliver.
 * @param {string} bun
 * @returns {Promise<string>} a program that takes Chromium's arguments
 */
export async function ensureChromium(bun) {
  const named = process.env["AGETOR_CHROMIUM"] || process.env["CHROME_PATH"];
  if (named) {
    if (isProgram(named)) return named;
    throw new SetupFault(`${named} is not a program.`, "Correct AGETOR_CHROMIUM or CHROME_PATH.");
  }
  const found = await working([which(names), ...onMac, wrapper]);
  if (found) return found;
  if (which(["apt-get"]) && process.getuid?.() === 0 && (await install(["chromium"]))) {
    const fresh = await working([which(names)]);
    if (fresh) return fresh;
  }
  await during("fetching Chromium for the tests (67 MB, only once)", () => fetchChromium(bun));
  return wrapper;
}

/**
 * The first of these that starts: on some systems `chromium` is only a hint to install one.
 * @param {readonly (string | null)[]} programs
 */
async function working(programs) {
  for (const program of programs) {
    if (program !== null && isProgram(program) && (await starts(program, {}))) return program;
  }
  return null;
}

/** @param {string} program @param {NodeJS.ProcessEnv} more */
async function starts(program, more) {
  const env = { ...process.env, ...more };
  return (await run(program, ["--version"], { env, limitMs: 20_000 })).code === 0;
}

/** @param {string} bun */
async function fetchChromium(bun) {
  const unpacked = `${home}/unpacked`;
  rmSync(home, { recursive: true, force: true });
  mkdirSync(unpacked, { recursive: true });
  await installInto(home, "tools/chromium");
  // The package unpacks into the folder for temporary files. Named as a runtime it knows, it also
  // unpacks the libraries that a bare system lacks.
  const code = 'console.log(await (await import("@sparticuz/chromium")).default.executablePath())';
  const { code: status, output } = await run(bun, ["-e", code], {
    cwd: home,
    env: { ...process.env, TMPDIR: unpacked, AWS_LAMBDA_JS_RUNTIME: "nodejs22.x" },
  });
  if (status !== 0) throw explain("unpacking Chromium", output);
  const program = `${unpacked}/chromium`;
  const libraries = `${unpacked}/al2023/lib`;
  const own = await starts(program, {});
  if (!own && !(await starts(program, { LD_LIBRARY_PATH: libraries }))) {
    throw new SetupFault(
      "The fetched Chromium does not run here.",
      "Install Chromium or Chrome, or name one in AGETOR_CHROMIUM.",
    );
  }
  writeFileSync(`${unpacked}/fonts/fonts.conf`, fontsConfig(`${unpacked}/fonts/fonts`));
  const lines = [
    "#!/bin/sh",
    `export FONTCONFIG_PATH='${unpacked}/fonts'`,
    ...(own ? [] : [`export LD_LIBRARY_PATH='${libraries}'`]),
    `exec '${program}' "$@"`,
  ];
  writeFileSync(wrapper, `${lines.join("\n")}\n`);
  chmodSync(wrapper, 0o755);
}

/**
 * Where the fetched browser finds its fonts. The package's own configuration looks only where a
 * cloud runtime unpacks it, and without any font the browser crashes at its first menu.
 * @param {string} fonts the folder
 * @returns {string} a fontconfig file
 */
export function fontsConfig(fonts) {
  const dir = fonts.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  return [
    '<?xml version="1.0"?>',
    '<!DOCTYPE fontconfig SYSTEM "fonts.dtd">',
    "<fontconfig>",
    `  <dir>${dir}</dir>`,
    `  <cachedir>${dir}-cache</cachedir>`,
    "</fontconfig>",
    "",
  ].join("\n");
}

/**
 * Installs a pinned set of packages outside of the ones that Agetor itself needs.
 * @param {string} target
 * @param {string} source the folder with package.json and its lock, relative to the root
 */
export async function installInto(target, source) {
  mkdirSync(target, { recursive: true });
  for (const file of ["package.json", "package-lock.json", ".npmrc"]) {
    copyFileSync(inRoot(`${source}/${file}`), `${target}/${file}`);
  }
  const { code, output } = await npmCi(target);
  if (code !== 0) throw explain(`installing what ${source} lists`, output);
}
