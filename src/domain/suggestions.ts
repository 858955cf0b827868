import type { Suggestion } from "../contract/landing.ts";

export interface ChangedPath {
  readonly path: string;
  readonly status: "added" | "modified" | "deleted" | "renamed";
}

export interface SuggestionFacts {
  readonly title: string;
  readonly branch: string | null;
  readonly base: string | null;
  /** Subjects of the branch's own commits, oldest first. */
  readonly subjects: readonly string[];
  readonly committed: readonly ChangedPath[];
  readonly uncommitted: readonly ChangedPath[];
  /** Files that conflict with the base. */
  readonly conflicts: readonly string[];
}

export interface Suggestions {
  readonly commit: Suggestion;
  readonly merge: Suggestion;
  readonly pullRequest: Suggestion;
  /** What can be said to the agent as it is. */
  readonly askToCommit: string;
  readonly askToResolve: string | null;
}

const longestSubject = 72;
const listed = 20;

/** Words for a commit, a merge and a pull request, from the task's title and what changed. No AI. */
export function suggest(facts: SuggestionFacts): Suggestions {
  const { title, subjects, committed, uncommitted } = facts;
  const all = [...committed, ...uncommitted];
  const own = { title: subjectFor(title, uncommitted), body: changeList(uncommitted) };
  const whole = subjectFor(title, all);
  const commits = [...new Set(subjects)];
  const steps = commits.length > 1 ? bullets(commits) : changeList(committed);
  return {
    commit: own,
    merge: { title: whole, body: steps },
    pullRequest: {
      title: whole,
      body: [commits.length > 0 ? bullets(commits) : "", filesSection(all)]
        .filter(Boolean)
        .join("\n\n"),
    },
    askToCommit: askToCommit(own.title),
    askToResolve: askToResolve(facts),
  };
}

const conventional =
  /^(?:feat|fix|docs|test|refactor|perf|chore|build|ci|style|revert)(?:\([^)]*\))?!?: \S/;

/** A conventional subject of at most 72 characters. */
export function subjectFor(title: string, changes: readonly ChangedPath[]): string {
  const words = title
    .replace(/\s+/g, " ")
    .trim()
    .replace(/[.…]+$/, "");
  if (conventional.test(words)) return cut(words, longestSubject);
  const scope = scopeOf(changes.map(({ path }) => path));
  const type = typeOf(words, changes);
  const place = scope === null || scope === type ? "" : `(${scope})`;
  const head = `${type}${place}: `;
  return cut(head + uncapitalised(words === "" ? "work" : words), longestSubject);
}

function typeOf(words: string, changes: readonly ChangedPath[]): string {
  const every = (form: RegExp) =>
    changes.length > 0 && changes.every(({ path }) => form.test(path));
  if (every(/(^|\/)docs?\/|\.(md|mdx|rst|adoc)$|(^|\/)(readme|changelog|license)/i)) return "docs";
  if (every(/(^|\/)(tests?|__tests__|spec)\/|[._-](test|spec)\.\w+$/i)) return "test";
  if (every(/(^|\/)(\.github|\.gitlab|\.ci|\.circleci)(\/|-)/)) return "ci";
  if (/\b(fix(es|ed)?|bugs?|crash(es)?|broken|errors?|wrong|regression)\b/i.test(words))
    return "fix";
  if (/\b(refactor|rename|restructure|clean ?up|simplify|extract|move)\b/i.test(words)) {
    return "refactor";
  }
  if (/\b(faster|slow|speed|performance|optimi[sz]e)\b/i.test(words)) return "perf";
  if (/\b(bump|upgrade|update (the )?dependenc|dependencies|lint)\b/i.test(words)) return "chore";
  return "feat";
}

/** The one part of the program that all changes are in, by its folder. */
function scopeOf(paths: readonly string[]): string | null {
  const names = new Set(
    paths.map((path) => {
      const folders = path.split("/").slice(0, -1);
      const inner = /^(src|lib|app|apps|packages|crates|internal|cmd)$/.test(folders[0] ?? "");
      return (inner ? folders[1] : folders[0]) ?? "";
    }),
  );
  const [only] = names;
  return names.size === 1 && only !== undefined && /^[\w.-]{1,20}$/.test(only) ? only : null;
}

/** A sentence goes on in lower case; a name or an acronym keeps its letters. */
function uncapitalised(text: string): string {
  return /^[A-Z][a-z]+(\s|$)/.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text;
}

function cut(text: string, most: number): string {
  const characters = [...text];
  if (characters.length <= most) return text;
  const head = characters.slice(0, most).join("");
  const space = head.lastIndexOf(" ");
  return (space > most / 2 ? head.slice(0, space) : head).replace(/[\s,;:.]+$/, "");
}

const verbs = {
  added: "Add",
  modified: "Change",
  deleted: "Remove",
  renamed: "Rename to",
} as const;

function changeList(changes: readonly ChangedPath[]): string {
  return bullets(changes.map(({ path, status }) => `${verbs[status]} ${path}`));
}

function bullets(items: readonly string[]): string {
  const rows = items.slice(0, listed).map((item) => `- ${item}`);
  const rest = items.length - rows.length;
  return [...rows, ...(rest > 0 ? [`- and ${rest} more`] : [])].join("\n");
}

function filesSection(changes: readonly ChangedPath[]): string {
  const unique = [...new Map(changes.map((change) => [change.path, change])).values()];
  return unique.length === 0 ? "" : `Files:\n\n${changeList(unique)}`;
}

function askToCommit(subject: string): string {
  return [
    "Please commit your work on the branch you are on.",
    "Look at `git status` first, leave out what does not belong (build output, scratch files), and split it into several commits where that reads better.",
    `Write short conventional subjects, such as \`${subject}\`. Do not push.`,
  ].join("\n");
}

function askToResolve({ base, conflicts }: SuggestionFacts): string | null {
  if (base === null || conflicts.length === 0) return null;
  const name = base.replaceAll("`", "");
  return [
    `Your branch conflicts with \`${name}\`, which has moved on, in:`,
    bullets(conflicts),
    "",
    `Please merge it into your branch (\`git merge ${name}\`), resolve the conflicts so that both sides' intent holds, run the tests, and commit the merge. Do not push.`,
  ].join("\n");
}
