import { fault } from "../contract/fault.ts";
import { err, ok, type Result } from "../contract/result.ts";
import { fields, inRepo, type Kit, noSuchThing } from "./kit.ts";

/**
 * Agetor runs no content filter, neither a repository's nor the person's (see shadow.ts): a file
 * lands in the worktree as it is stored. For most filters that is right or harmless, and for
 * git-lfs it means pointer files. A filter marked `required` says itself that the stored bytes are
 * of no use without it (git-crypt), and an agent's commit would then harm them: such a repository
 * is refused.
 */
export async function refuseRequiredFilters(
  kit: Kit,
  commonDir: string,
  sha: string,
): Promise<Result<null>> {
  const required = await requiredFilters(kit, commonDir);
  if (!required.ok) return required;
  if (required.value.length === 0) return ok(null);
  const used = await filtersUsed(kit, commonDir, sha);
  if (!used.ok) return used;
  const name = required.value.find((filter) => used.value.has(filter));
  if (name === undefined) return ok(null);
  return err(
    fault(
      "repo_filter",
      `The files of this repository are of no use without its git filter "${name}", and Agetor runs no filter of a repository.`,
      "Start the task without a worktree (isolation: none), in a checkout of your own.",
      { filter: name },
    ),
  );
}

async function requiredFilters(kit: Kit, commonDir: string): Promise<Result<string[]>> {
  const args = ["config", "-z", "--type=bool", "--get-regexp", "^filter\\..*\\.required$"];
  const output = await inRepo(kit, commonDir, args, { codes: noSuchThing });
  if (!output.ok) return output;
  const names = new Map<string, boolean>();
  for (const entry of fields(output.value.stdout)) {
    const match = /^filter\.(.*)\.required\n(true|false)$/s.exec(entry);
    if (match?.[1] !== undefined) names.set(match[1], match[2] === "true");
  }
  names.delete("lfs");
  return ok([...names].filter(([, on]) => on).map(([name]) => name));
}

/** The filters named by any `.gitattributes` of the commit. */
async function filtersUsed(
  kit: Kit,
  commonDir: string,
  sha: string,
): Promise<Result<ReadonlySet<string>>> {
  const listed = await inRepo(kit, commonDir, ["ls-tree", "-r", "-z", "--full-tree", sha]);
  if (!listed.ok) return listed;
  const ids = fields(listed.value.stdout).flatMap((entry) => {
    const match = /^100\d+ blob ([0-9a-f]+)\t(?:.*\/)?\.gitattributes$/s.exec(entry);
    return match?.[1] ?? [];
  });
  const contents = await inRepo(kit, commonDir, ["cat-file", "--batch"], {
    input: ids.map((id) => `${id}\n`).join(""),
  });
  if (!contents.ok) return contents;
  const named = contents.value.stdout.toString("utf8").matchAll(/(?:^|\s)filter=(\S+)/gm);
  return ok(new Set([...named].map(([, name]) => name ?? "")));
}
