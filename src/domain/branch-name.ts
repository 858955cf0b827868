/** Longest name in bytes; a suffix for a name that is taken (`-99`) still fits. */
const maxBytes = 60;
const suffixRoom = 3;

/** What a branch of Agetor's begins with. */
export const branchPrefix = "agetor/";

/** The part of a task's id that its branch carries: of a ULID the last, random, eight characters. */
export function shortId(taskId: string): string {
  return plain(taskId).replaceAll("-", "").slice(-8);
}

/**
 * The branch of a task: `agetor/<short id>-<words of the title>`. Only `a-z`, `0-9` and single
 * hyphens are left of a title, so the name is a valid ref on every file system and safe in every
 * shell; a title without any of these leaves the id alone.
 */
export function branchName(id: string, title: string): string {
  const short = shortId(id);
  const room = maxBytes - suffixRoom - branchPrefix.length - short.length - 1;
  const words = plain(title.slice(0, 1_000)).slice(0, room).replace(/-+$/, "");
  return `${branchPrefix}${short}${words === "" ? "" : `-${words}`}`;
}

/** Latin letters lose their accents; everything that is not a letter or digit becomes a hyphen. */
function plain(text: string): string {
  return text
    .normalize("NFKD")
    .replace(/\p{M}+/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "");
}
