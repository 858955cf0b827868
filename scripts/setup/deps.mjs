import { existsSync, readFileSync } from "node:fs";
import { explain } from "./fault.mjs";
import { downloadEnvironment } from "./npm.mjs";
import { inRoot, root, setupDir } from "./paths.mjs";
import { thisPlatform } from "./platform.mjs";
import { run } from "./run.mjs";
import { during } from "./say.mjs";
import { digest, Stamp } from "./stamp.mjs";

/**
 * Installs what bun.lock says, unless that is already there. No install script is ever run.
 * @param {string} bun
 */
export async function ensureDependencies(bun) {
  const stamp = new Stamp(`${setupDir}/dependencies`);
  const { os, cpu, libc } = thisPlatform();
  const wanted = `${digest(root, ["package.json", "bun.lock"])} ${os} ${cpu} ${libc}`;
  if (stamp.matches(wanted) && isWhole()) return;
  stamp.clear();
  await during("installing packages", async () => {
    const args = ["install", "--frozen-lockfile", "--ignore-scripts"];
    const { code, output } = await run(bun, args, {
      cwd: root,
      env: downloadEnvironment(),
    });
    if (code !== 0) throw explain("installing packages", output);
  });
  stamp.set(wanted);
}

/** Whether everything we name is there: a folder may have been emptied since the stamp was set. */
export function isWhole() {
  const { dependencies, devDependencies } = JSON.parse(
    readFileSync(inRoot("package.json"), "utf8"),
  );
  const names = Object.keys({ ...dependencies, ...devDependencies });
  return names.every((name) => existsSync(inRoot(`node_modules/${name}/package.json`)));
}
