import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Where installers and version managers put programs, the most likely first. */
export function installFolders(home: string): readonly string[] {
  const at = (...names: string[]) => join(home, ...names);
  return [
    at(".local/bin"),
    at(".claude/local"),
    at(".claude/local/node_modules/.bin"),
    ...npmPrefixes(home),
    at(".npm-global/bin"),
    at(".bun/bin"),
    at(".volta/bin"),
    at(".asdf/shims"),
    at(".local/share/mise/shims"),
    at(".local/share/pnpm"),
    at("Library/pnpm"),
    at(".yarn/bin"),
    at(".cargo/bin"),
    at(".deno/bin"),
    at("go/bin"),
    at("n/bin"),
    at(".nodenv/shims"),
    ...versions(at(".nvm/versions/node"), "bin"),
    ...versions(at(".config/nvm/versions/node"), "bin"),
    ...fnmFolders(home),
    ...versions(at(".local/share/mise/installs/node"), "bin"),
    ...versions(at(".asdf/installs/nodejs"), "bin"),
    ...versions(at(".volta/tools/image/node"), "bin"),
    "/opt/homebrew/bin",
    "/usr/local/bin",
    "/home/linuxbrew/.linuxbrew/bin",
    at(".linuxbrew/bin"),
    at(".nix-profile/bin"),
    "/run/current-system/sw/bin",
    "/opt/local/bin",
    "/snap/bin",
    "/usr/bin",
    "/bin",
  ];
}

/** fnm keeps its default version behind an alias; the others by version, on each system elsewhere. */
function fnmFolders(home: string): readonly string[] {
  const roots = [".local/share/fnm", "Library/Application Support/fnm", ".fnm"];
  return roots.flatMap((root) => [
    ...versions(join(home, root, "aliases"), "bin"),
    ...versions(join(home, root, "node-versions"), "installation/bin"),
  ]);
}

/** Where `npm install -g` puts programs for who has told it: `prefix` in `~/.npmrc`. */
function npmPrefixes(home: string): readonly string[] {
  const prefix = /^\s*prefix\s*=\s*["']?(.+?)["']?\s*$/m.exec(textOf(join(home, ".npmrc")))?.[1];
  const path = prefix?.replace(/^~(?=\/)|\$\{HOME\}|\$HOME\b/, home);
  return path?.startsWith("/") === true ? [join(path, "bin")] : [];
}

function textOf(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

/** The folders of a version manager, newest version first. */
function versions(root: string, inner: string): readonly string[] {
  try {
    const names = readdirSync(root);
    names.sort((a, b) => b.localeCompare(a, "en", { numeric: true }));
    return names.map((name) => join(root, name, inner));
  } catch {
    return [];
  }
}
