import type { RevertBody } from "../contract/changes.ts";
import { fault } from "../contract/fault.ts";
import { err, ok, type Result } from "../contract/result.ts";
import type { OldSide, RevertWish } from "../git/landing/types.ts";
import type { TaskRecord } from "../store/types.ts";
import { noBase } from "./landing-site.ts";

/** A number of files, for people. */
export function counted(files: number): string {
  return files === 1 ? "one file" : `${files} files`;
}

/** What a wish is about, for people. */
export function revertLabel(body: RevertBody): string {
  switch (body.kind) {
    case "hunks":
      return `parts of ${body.path}`;
    case "files":
      return body.paths.length === 1 ? (body.paths[0] ?? "a file") : counted(body.paths.length);
    case "turn":
      return "a whole turn";
  }
}

/** What is asked of git, with the scope's old side by its refs. */
export function revertWish(task: TaskRecord, body: RevertBody): Result<RevertWish> {
  if (body.kind === "hunks") {
    return ok({ kind: "hunks", path: body.path, patch: body.patch });
  }
  if (body.kind === "turn") {
    return ok({ kind: "turn", run: body.run });
  }
  const old = oldSide(task, body);
  return old.ok ? ok({ kind: "files", paths: body.paths, old: old.value }) : old;
}

function oldSide(
  task: TaskRecord,
  { scope = "base", run, commit }: Extract<RevertBody, { kind: "files" }>,
): Result<OldSide> {
  switch (scope) {
    case "base":
      return task.baseSha === null ? err(noBase(task)) : ok({ kind: "commit", sha: task.baseSha });
    case "uncommitted":
      return ok({ kind: "head" });
    case "commit":
      return commit === undefined
        ? err(fault("invalid_request", "Which commit is missing.", "Say its full id."))
        : ok({ kind: "parent", sha: commit });
    case "review": {
      const ref = `refs/agetor/review/${task.id}`;
      return ok({ kind: "ref", ref, what: "you last marked them as reviewed" });
    }
    case "turn": {
      const of = run ?? task.runId ?? "";
      const ref = `refs/agetor/turn/${task.id}/${of}/start`;
      return ok({ kind: "ref", ref, what: "that turn" });
    }
  }
}
