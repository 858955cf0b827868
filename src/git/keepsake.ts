import { ok, type Result } from "../contract/result.ts";
import { inRepo, type Kit, line } from "./kit.ts";
import { writeRefs } from "./refs.ts";

/** Who our own commits are by: they are kept under `refs/agetor/` and never on a branch. */
const identity = ["user", "author", "committer"].flatMap((who) => [
  ...["-c", `${who}.name=Agetor`],
  ...["-c", `${who}.email=agetor@localhost`],
]);

export interface Keepsake {
  readonly commonDir: string;
  /** The ref that keeps it, under `refs/agetor/`, or several that keep the same. */
  readonly ref: string | readonly string[];
  readonly tree: string;
  readonly parents: readonly string[];
  /** Subject, and trailers that say everything needed to make use of it later. */
  readonly message: string;
}

/** Writes a commit of ours and what keeps it; answers the commit's id. */
export async function writeKeepsake(kit: Kit, keepsake: Keepsake): Promise<Result<string>> {
  const { commonDir, ref, tree, parents, message } = keepsake;
  const args = [
    ...identity,
    "commit-tree",
    "--no-gpg-sign",
    tree,
    ...parents.flatMap((sha) => ["-p", sha]),
  ];
  const sha = await line(inRepo(kit, commonDir, args, { input: message }));
  if (!sha.ok) return sha;
  const kept = sha.value ?? "";
  const orders = [ref].flat().map((name) => `update ${name}\0${kept}\0\0`);
  const order = ["update-ref", "--no-deref", "--stdin", "-z"];
  const written = await writeRefs(kit, commonDir, order, orders.join(""));
  return written.ok ? ok(kept) : written;
}

/** Reads a trailer of such a commit's text; null when it has none of that name. */
export function trailer(text: string, name: string): string | null {
  return new RegExp(`^Agetor-${name}: (.+)$`, "m").exec(text)?.[1] ?? null;
}
