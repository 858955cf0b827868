import { appendFile } from "node:fs/promises";
import { join } from "node:path";
import { ok, type Result } from "../../contract/result.ts";
import { fields, inRepo, type Kit } from "../kit.ts";
import type { Repo, ShadowEnv } from "../shadow.ts";
import { withShadow } from "../shadow.ts";

/**
 * A shadow with the person's own configuration, as it holds for this repository (`includeIf` too),
 * and without the repository's: what an agent may have written into `.git/config` names no ssh, no
 * credential helper and no other address.
 */
export async function withPersonal<T>(
  kit: Kit,
  repo: Repo,
  use: (env: ShadowEnv) => Promise<Result<T>>,
): Promise<Result<T>> {
  const asked = ["config", "-z", "--show-scope", "--list"];
  const listed = await inRepo(kit, repo.gitDir, asked);
  if (!listed.ok) return listed;
  const text = personalConfig(fields(listed.value.stdout));
  const shadow = { repo, worktree: repo.commonDir, index: "empty" } as const;
  return withShadow(kit, shadow, async (env, scratch) => {
    await appendFile(join(scratch, "config"), text);
    const { GIT_WORK_TREE: _, ...bare } = env;
    return use({ ...bare, GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_NOSYSTEM: "1" });
  });
}

/** `scope NUL key LF value NUL …`, in order; what was included stands there already. */
function personalConfig(parts: readonly string[]): string {
  const rows: string[] = [];
  for (let at = 0; at + 1 < parts.length; at += 2) {
    if (parts[at] !== "global" && parts[at] !== "system") continue;
    const [key = "", ...value] = (parts[at + 1] ?? "").split("\n");
    if (/^include(if)?\./i.test(key)) continue;
    rows.push(configRow(key, value.length === 0 ? "true" : value.join("\n")));
  }
  return rows.join("");
}

function configRow(key: string, value: string): string {
  const [first, last] = [key.indexOf("."), key.lastIndexOf(".")];
  const sub = first === last ? "" : ` "${escaped(key.slice(first + 1, last))}"`;
  const text = escaped(value).replaceAll("\n", "\\n").replaceAll("\t", "\\t");
  return `[${key.slice(0, first)}${sub}]\n\t${key.slice(last + 1)} = "${text}"\n`;
}

function escaped(text: string): string {
  return text.replace(/[\\"]/g, "\\$&");
}

export interface Remote {
  readonly name: string;
  readonly url: string;
}

/**
 * The remote a branch is pushed to: the one asked for, the person's default, that of the base, the
 * one called origin, or the only one; null when there is none.
 */
export async function remoteFor(
  kit: Kit,
  gitDir: string,
  base: string | null,
  asked: string | null,
): Promise<Result<Remote | null>> {
  const form = "^(remote\\..*\\.(url|pushurl)|remote\\.pushdefault|branch\\..*\\.remote)$";
  const listed = await inRepo(kit, gitDir, ["config", "-z", "--get-regexp", form], {
    codes: [0, 1],
  });
  if (!listed.ok) return listed;
  const urls = new Map<string, string>();
  const pushUrls = new Map<string, string>();
  const wishes = new Map<string, string>();
  for (const entry of fields(listed.value.stdout)) {
    const [key = "", ...rest] = entry.split("\n");
    const value = rest.join("\n");
    const remote = /^remote\.(.+)\.(url|pushurl)$/s.exec(key);
    if (remote?.[1] === undefined) wishes.set(key, value);
    else if (remote[2] === "url" && !urls.has(remote[1])) urls.set(remote[1], value);
    else if (remote[2] === "pushurl" && !pushUrls.has(remote[1])) pushUrls.set(remote[1], value);
  }
  const names = [...new Set([...urls.keys(), ...pushUrls.keys()])].filter(isRemoteName);
  const order = [
    wishes.get("remote.pushdefault"),
    base === null ? undefined : wishes.get(`branch.${base}.remote`),
    "origin",
    names.length === 1 ? names[0] : undefined,
  ];
  const wanted = asked === null ? order : [asked];
  const name = wanted.find((one) => one !== undefined && names.includes(one));
  if (name === undefined) return ok(null);
  return ok({ name, url: pushUrls.get(name) ?? urls.get(name) ?? "" });
}

/** A name that can stand in a ref and is no option. */
function isRemoteName(name: string): boolean {
  return /^[\w][\w./-]*$/.test(name) && !name.includes("..") && !name.endsWith(".lock");
}

/** What was last seen of a branch on a remote. */
export function trackingRef(remote: string, branch: string): string {
  return `refs/remotes/${remote}/${branch}`;
}
