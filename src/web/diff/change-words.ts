import type { ChangedFile } from "../../contract/changes.ts";
import { counted } from "../../domain/transcript-words.ts";

const marks: Readonly<
  Record<ChangedFile["status"], { letter: string; word: string; ink: string }>
> = {
  added: { letter: "A", word: "added", ink: "add" },
  untracked: { letter: "A", word: "added", ink: "add" },
  modified: { letter: "M", word: "modified", ink: "t3" },
  deleted: { letter: "D", word: "deleted", ink: "del" },
  renamed: { letter: "R", word: "renamed", ink: "t3" },
  copied: { letter: "C", word: "copied", ink: "t3" },
  type: { letter: "T", word: "another type", ink: "t3" },
};

/** The letter, the word and the ink of what happened to a file. */
export function statusMark(status: ChangedFile["status"]) {
  return marks[status];
}

const types: Readonly<Record<string, string>> = {
  "120000": "a symbolic link",
  "160000": "a submodule",
};

/** What happened to a file beside its lines, each as a sentence without a full stop. */
export function notesOf(file: ChangedFile): readonly string[] {
  const { status, oldPath, oldMode, newMode, kind } = file;
  const notes: string[] = [];
  if (status === "renamed") notes.push(`Renamed from ${oldPath ?? "another name"}`);
  if (status === "copied") notes.push(`Copied from ${oldPath ?? "another file"}`);
  if (oldMode !== null && newMode !== null && oldMode !== newMode) {
    notes.push(modeNote(oldMode, newMode));
  } else if (kind === "symlink") {
    notes.push("A symbolic link; its one line is where it points to");
  } else if (newMode === "100755" && oldMode === null) {
    notes.push("Executable");
  }
  if (kind === "submodule") notes.push(submoduleNote(file));
  return notes;
}

function modeNote(oldMode: string, newMode: string): string {
  if (oldMode.startsWith("100") && newMode.startsWith("100")) {
    const what = newMode === "100755" ? "Made executable" : "No longer executable";
    return `${what} (${oldMode} → ${newMode})`;
  }
  const was = types[oldMode] ?? "a file";
  return `Was ${was}, is ${types[newMode] ?? "a file"} now`;
}

const commitOf = /^([-+])Subproject commit ([0-9a-f]{7,})(-dirty)?$/gm;

function submoduleNote(file: ChangedFile): string {
  const found = [...(file.patch ?? "").matchAll(commitOf)];
  const [was, is] = (["-", "+"] as const).map(
    (sign) => found.find((match) => match[1] === sign)?.[2]?.slice(0, 10) ?? null,
  );
  if (was && is) return `A submodule: moved from ${was} to ${is}`;
  if (is) return `A submodule: added at ${is}`;
  return was ? `A submodule: removed, it was at ${was}` : "A submodule: its own files changed";
}

export interface NoLines {
  readonly title: string;
  readonly text: string;
}

/** Why a file has no lines to read; null when it has some. */
export function whyNoLines(file: ChangedFile): NoLines | null {
  if (file.kind === "submodule") {
    return {
      title: "A submodule",
      text: "It is another repository; only its commit is kept here.",
    };
  }
  if (file.tooLarge) {
    const added = counted(file.additions, "line");
    return {
      title: "Too large to show at once",
      text: `${added} added, ${file.deletions.toLocaleString()} removed.`,
    };
  }
  if (file.kind === "image") {
    return { title: "An image", text: "It has no lines to compare; look at it in the review." };
  }
  if (file.binary || file.kind === "binary") {
    return { title: "A binary file", text: "It has no lines to compare. Open it where it is." };
  }
  if (file.patch === null) {
    return { title: "Not read yet", text: "So much has changed that its lines were left out." };
  }
  if (file.patch.includes("@@")) return null;
  if (notesOf(file).length > 0) {
    return { title: "The same content", text: "Only what is said above has changed." };
  }
  return {
    title: file.status === "deleted" ? "An empty file was removed" : "An empty file",
    text: "There are no lines in it.",
  };
}
