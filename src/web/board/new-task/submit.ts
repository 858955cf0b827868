import { ulid } from "ulid";
import type { CreateTaskBody, Task } from "../../../contract/task.ts";
import { seeAttached } from "../../attach/attached-file.ts";
import { trustIn } from "../../state/actions.ts";
import { changeBoard } from "../../state/board.ts";
import { foldAnswer } from "../../state/fold.ts";
import { prefs, setPref } from "../../state/prefs.ts";
import { askForTrust } from "../../state/trust.ts";
import { report } from "../../ui/report.ts";
import { call } from "../../wire/client.ts";
import type { Draft } from "./draft.ts";
import type { Choices } from "./use-choices.ts";

/** What is asked for; files without a word stand for themselves. */
export function promptOf({ prompt, files }: Draft): string {
  return prompt.trim() === "" ? seeAttached(files) : prompt;
}

/** The request a draft stands for; the id is the client's, so a retry cannot make a second task. */
export function bodyOf(
  draft: Draft,
  choices: Pick<Choices, "agent" | "picked">,
  start: boolean,
  id: string,
): CreateTaskBody {
  const { model, mode, effort } = choices.picked;
  return {
    id,
    prompt: promptOf(draft),
    workdir: draft.workdir ?? "",
    start,
    ...(choices.agent === null ? {} : { agent: choices.agent }),
    ...(model === null ? {} : { model }),
    ...(mode === null ? {} : { mode }),
    ...(effort === null ? {} : { effort }),
    // A worktree is what the server takes by itself, where there is a repository to take it from.
    ...(draft.isolation === "none" ? { isolation: "none" as const } : {}),
    ...(draft.isolation === "none" || draft.baseRef === null ? {} : { baseRef: draft.baseRef }),
    ...(draft.files.length === 0
      ? {}
      : { references: draft.files.map((file) => ({ attachmentId: file.id })) }),
  };
}

/**
 * Creates the task. Resolves with null when the person did not want to trust the repository; throws
 * what else went wrong.
 */
export async function create(body: CreateTaskBody): Promise<Task | null> {
  try {
    const { task } = await call("POST /tasks", { body });
    changeBoard((before) => foldAnswer(before, [task], Date.now()));
    return task;
  } catch (error) {
    const trust = trustIn(error);
    if (trust === null) throw error;
    const title = body.prompt.trim().split("\n", 1)[0] ?? "";
    const accepted = await new Promise<boolean>((resolve) =>
      askForTrust({
        trust,
        title,
        accepted: () => resolve(true),
        otherwise: () => resolve(false),
      }),
    );
    return accepted ? create(body) : null;
  }
}

/** Remembers what was picked, for the next task in this project. */
export function remember(draft: Draft, choices: Pick<Choices, "agent" | "picked">): void {
  const { workdir, isolation } = draft;
  if (workdir === null) return;
  const picks = {
    ...choices.picked,
    isolation,
    ...(choices.agent === null ? {} : { agent: choices.agent }),
  };
  const all = { ...prefs.getState()["ui.lastPicks"], [workdir]: picks };
  Promise.all([setPref("ui.lastPicks", all), setPref("ui.lastProject", workdir)]).catch(report);
}

export function newTaskId(): string {
  return ulid();
}
