import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { lstat, readdir, readlink } from "node:fs/promises";
import { join, posix } from "node:path";
import { ok, type Result } from "../contract/result.ts";
import { includeFile } from "./include.ts";
import { fields, inRepo, type Kit } from "./kit.ts";
import { isSha } from "./refs.ts";
import type { Place } from "./types.ts";

/** A file that tells an agent what to do or what to run, and the hash of what it says. */
export interface ConfigFile {
  readonly path: string;
  readonly sha256: string;
}

/** Folders of which every file counts, wherever they are in the tree. */
const folders = new Set([
  ".claude",
  ".codex",
  ".gemini",
  ".cursor",
  ".opencode",
  ".qwen",
  ".kimi",
  ".goose",
  ".aider",
  ".agents",
  ".continue",
  ".windsurf",
  ".devcontainer",
  ".clinerules",
  ".roo",
  ".kiro",
  ".junie",
  ".amp",
  ".crush",
  ".factory",
]);

/** Files that count wherever they are in the tree; letter case aside. */
const names = new Set([
  "agents.md",
  "agents.override.md",
  "claude.md",
  "claude.local.md",
  "gemini.md",
  "qwen.md",
  ".mcp.json",
  ".env",
  ".envrc",
  ".cursorrules",
  ".clinerules",
  ".windsurfrules",
  ".goosehints",
  ".aider.conf.yml",
  "opencode.json",
  "opencode.jsonc",
]);

/** Below these folders only some files count. */
const suffixes = [
  ".vscode/tasks.json",
  ".vscode/settings.json",
  ".vscode/mcp.json",
  ".github/copilot-instructions.md",
];
const inside = [".github/agents/", ".github/instructions/", ".github/prompts/"];

/** Whether agents, or we for them, take the file at this path (with `/`) for configuration. */
export function isAgentConfig(path: string): boolean {
  // It decides which of the person's ignored files an agent gets to see.
  if (path === includeFile) return true;
  const parts = path.toLowerCase().split("/");
  const name = parts.at(-1) ?? "";
  if (names.has(name) || name.startsWith(".env.")) return true;
  // A link or a submodule in the place of such a folder counts like what is in it.
  if (parts.some((part) => folders.has(part))) return true;
  const lower = parts.join("/");
  if (inside.some((folder) => lower.startsWith(folder))) return true;
  return suffixes.some((suffix) => lower === suffix || lower.endsWith(`/${suffix}`));
}

/** See `Git.agentConfig`: of the commit, or of the folder as it is now when there is none. */
export async function agentConfig(
  kit: Kit,
  place: Place,
  sha: string | null,
): Promise<Result<readonly ConfigFile[]>> {
  const committed = place.kind === "repository" && sha !== null && isSha(sha);
  if (committed) return ofCommit(kit, place.commonDir, sha);
  if (place.kind === "repository" && place.bare) return ok([]);
  return ok(await ofFolder(place.root, kit.home));
}

interface TreeEntry {
  readonly mode: string;
  readonly id: string;
}

async function ofCommit(
  kit: Kit,
  commonDir: string,
  sha: string,
): Promise<Result<readonly ConfigFile[]>> {
  const listed = await inRepo(kit, commonDir, ["ls-tree", "-r", "-z", "--full-tree", sha], {
    maxBytes: 256 * 1024 * 1024,
  });
  if (!listed.ok) return listed;
  const tree = new Map<string, TreeEntry>();
  for (const entry of fields(listed.value.stdout)) {
    const match = /^(\d+) \w+ ([0-9a-f]+)\t(.+)$/s.exec(entry);
    if (match?.[1] && match[2] && match[3]) tree.set(match[3], { mode: match[1], id: match[2] });
  }
  const wanted = new Set([...tree.keys()].filter(isAgentConfig));
  const files = new Map<string, string>();
  // A link is what it points to: what is added here is looked at in the next round.
  for (let round: ReadonlySet<string> = wanted; round.size > 0; ) {
    const hashed = await hashBlobs(kit, commonDir, tree, round, files);
    if (!hashed.ok) return hashed;
    round = new Set(hashed.value.filter((path) => !files.has(path)));
  }
  return ok(sorted(files));
}

/** Hashes the entries into `files`; answers the paths that links among them lead to. */
async function hashBlobs(
  kit: Kit,
  commonDir: string,
  tree: ReadonlyMap<string, TreeEntry>,
  paths: ReadonlySet<string>,
  files: Map<string, string>,
): Promise<Result<string[]>> {
  const entries = [...paths].flatMap((path) => {
    const entry = tree.get(path);
    return entry === undefined ? [] : [{ path, ...entry }];
  });
  const blobs = entries.filter(({ mode }) => mode !== "160000");
  for (const { path, id } of entries.filter(({ mode }) => mode === "160000")) {
    files.set(path, digest(Buffer.from(`submodule ${id}`)));
  }
  if (blobs.length === 0) return ok([]);
  const output = await inRepo(kit, commonDir, ["cat-file", "--batch"], {
    input: blobs.map(({ id }) => `${id}\n`).join(""),
    maxBytes: 256 * 1024 * 1024,
  });
  if (!output.ok) return output;
  const led: string[] = [];
  let at = 0;
  for (const { path, mode } of blobs) {
    const { content, next } = blobAt(output.value.stdout, at);
    at = next;
    files.set(path, digest(content));
    if (mode !== "120000") continue;
    const target = posix.join(posix.dirname(path), content.toString("utf8"));
    led.push(
      ...[...tree.keys()].filter((name) => name === target || name.startsWith(`${target}/`)),
    );
  }
  return ok(led);
}

/** `<id> <type> <size> LF <content> LF`, or `<id> missing LF`. */
function blobAt(stdout: Buffer, at: number): { content: Buffer; next: number } {
  const end = stdout.indexOf(10, at);
  const size = Number(/ (\d+)$/.exec(stdout.toString("latin1", at, end))?.[1] ?? -1);
  if (size < 0) return { content: Buffer.alloc(0), next: end + 1 };
  return { content: stdout.subarray(end + 1, end + 1 + size), next: end + 1 + size + 1 };
}

/** How far a plain folder is searched: agents read what stands near the top. */
const maxDepth = 5;
const maxFolders = 5_000;
const skipped = new Set([".git", "node_modules", ".venv", "target", "dist"]);

async function ofFolder(root: string, home: string | null): Promise<readonly ConfigFile[]> {
  const files = new Map<string, string>();
  let seen = 0;
  const pending = [{ path: "", depth: 0 }];
  for (let next = pending.shift(); next !== undefined; next = pending.shift()) {
    seen += 1;
    if (seen > maxFolders) break;
    const entries = await readdir(join(root, next.path), { withFileTypes: true }).catch(() => []);
    for (const entry of entries) {
      const path = next.path === "" ? entry.name : `${next.path}/${entry.name}`;
      // The person's own settings: every agent reads them, wherever it works, and they never rest.
      if (root === home && next.depth === 0 && folders.has(entry.name)) continue;
      const deeper = next.depth < maxDepth && !skipped.has(entry.name);
      if (entry.isDirectory()) {
        if (deeper) pending.push({ path, depth: next.depth + 1 });
      } else if (isAgentConfig(path)) {
        const hash = await hashFile(join(root, path));
        if (hash !== null) files.set(path, hash);
      }
    }
  }
  return sorted(files);
}

async function hashFile(path: string): Promise<string | null> {
  const found = await lstat(path).catch(() => null);
  if (found?.isSymbolicLink()) return digest(Buffer.from(await readlink(path).catch(() => "")));
  if (!found?.isFile()) return null;
  const hash = createHash("sha256");
  try {
    for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  } catch {
    return null;
  }
  return hash.digest("hex");
}

function digest(content: Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}

function sorted(files: ReadonlyMap<string, string>): ConfigFile[] {
  return [...files]
    .map(([path, sha256]) => ({ path, sha256 }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}
