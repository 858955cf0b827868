import { existsSync, readFileSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { isObject, parseObject } from "./json.ts";

const targets: Readonly<Record<string, { readonly triple: string; readonly name: string }>> = {
  "linux-x64": { triple: "x86_64-unknown-linux-musl", name: "codex-linux-x64" },
  "linux-arm64": { triple: "aarch64-unknown-linux-musl", name: "codex-linux-arm64" },
  "darwin-x64": { triple: "x86_64-apple-darwin", name: "codex-darwin-x64" },
  "darwin-arm64": { triple: "aarch64-apple-darwin", name: "codex-darwin-arm64" },
};

/**
 * The native program behind the npm wrapper `bin/codex.js`, found the way the wrapper of
 * `@openai/codex` 0.169.0 does: on Node 20 the wrapper would stay as a parent process, with a pid
 * that is not the agent's. Any other program is answered as it is, by its real path.
 */
export function nativeProgram(
  path: string,
  machine = `${process.platform}-${process.arch}`,
): string {
  const real = realpathSync(path);
  const root = packageRoot(real);
  const target = targets[machine];
  if (root === null || target === undefined) return real;
  const candidates = [
    join(root, "node_modules/@openai", target.name, "vendor"),
    join(dirname(root), target.name, "vendor"),
    join(root, "vendor"),
  ].map((vendor) => join(vendor, target.triple, "bin/codex"));
  const found = candidates.find((candidate) => existsSync(candidate));
  return found === undefined ? real : realpathSync(found);
}

/** The folder of the npm package a wrapper belongs to, or null for any other program. */
function packageRoot(real: string): string | null {
  if (!real.endsWith("/bin/codex.js")) return null;
  const root = dirname(dirname(real));
  try {
    const described = parseObject(readFileSync(join(root, "package.json"), "utf8"));
    return isObject(described) && described["name"] === "@openai/codex" ? root : null;
  } catch {
    return null;
  }
}
