import { constants, type Dirent } from "node:fs";
import { open, readdir } from "node:fs/promises";
import { join } from "node:path";

/** What a file of a command or skill says of itself. */
export interface DescribedFile {
  /** `sub:deep` for `sub/deep.md`; of a skill the name of its folder. */
  readonly name: string;
  readonly description: string;
  readonly argumentHint: string | null;
}

const mostFiles = 300;
const deepest = 5;
/** What a file says of itself stands at its head. */
const headBytes = 4096;
const nameForm = /^[A-Za-z0-9_:-]+$/;

/** Commands in a folder like `.claude/commands`: every `.md` is one. Links are not followed. */
export async function commandFiles(folder: string): Promise<readonly DescribedFile[]> {
  const paths = (await markdownIn(folder, deepest)).map((path) => ({
    path,
    name: path.slice(0, -".md".length).replaceAll("/", ":"),
  }));
  return described(folder, paths);
}

/** Skills in a folder like `.claude/skills`: each is a folder with a `SKILL.md`. */
export async function skillFiles(folder: string): Promise<readonly DescribedFile[]> {
  const paths = (await markdownIn(folder, 2))
    .filter((path) => /^[^/]+\/SKILL\.md$/.test(path))
    .map((path) => ({ path, name: path.slice(0, path.indexOf("/")) }));
  return described(folder, paths);
}

async function described(
  folder: string,
  files: readonly { readonly path: string; readonly name: string }[],
): Promise<readonly DescribedFile[]> {
  const named = files.filter(({ name }) => nameForm.test(name)).slice(0, mostFiles);
  return Promise.all(
    named.map(async ({ path, name }) => {
      const said = frontMatter(await headOf(join(folder, path)));
      return {
        name,
        description: said.get("description") ?? "",
        argumentHint: said.get("argument-hint") ?? null,
      };
    }),
  );
}

/** The plain `key: value` lines between the two `---` at the head of a file. Pure. */
export function frontMatter(text: string): ReadonlyMap<string, string> {
  const block = /^---\r?\n([\s\S]*?)\r?\n---/.exec(text)?.[1] ?? "";
  const lines = block.matchAll(/^([A-Za-z-]+):[ \t]*(.*?)[ \t]*$/gm);
  return new Map(
    [...lines].flatMap(([, key = "", value = ""]) => {
      const bare = value.replace(/^(["'])(.*)\1$/, "$2").slice(0, 500);
      // A value over more lines (`|`, `>`) is not read.
      return bare === "" || /^[|>][+-]?$/.test(bare) ? [] : [[key, bare] as const];
    }),
  );
}

async function markdownIn(folder: string, depth: number, below = ""): Promise<readonly string[]> {
  const entries: Dirent[] = await readdir(join(folder, below), { withFileTypes: true }).catch(
    () => [],
  );
  const found: string[] = [];
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = below + entry.name;
    if (entry.isFile() && entry.name.endsWith(".md")) found.push(path);
    if (entry.isDirectory() && depth > 1 && found.length < mostFiles) {
      found.push(...(await markdownIn(folder, depth - 1, `${path}/`)));
    }
  }
  return found.slice(0, mostFiles);
}

/** The first bytes of a file itself, never of what a link points to. */
async function headOf(path: string): Promise<string> {
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const file = await open(path, flags).catch(() => null);
  if (file === null) return "";
  try {
    const buffer = Buffer.alloc(headBytes);
    const { bytesRead } = await file.read(buffer, 0, headBytes, 0);
    return buffer.subarray(0, bytesRead).toString("utf8");
  } catch {
    return "";
  } finally {
    await file.close();
  }
}
