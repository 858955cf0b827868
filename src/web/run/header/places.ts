import type { WorktreeSetup } from "../../../contract/project.ts";
import type { Task } from "../../../contract/task.ts";
import { openSetup } from "../../setup/setup-state.ts";
import { isActive, later, repeatSetup, startTask } from "../../state/actions.ts";
import type { MenuEntry } from "../../ui/menu.tsx";
import { report } from "../../ui/report.ts";
import { call } from "../../wire/client.ts";
import { copyText } from "../copy-button.tsx";

export function copyEntry(label: string, text: string): MenuEntry {
  return {
    kind: "item",
    label,
    icon: "copy",
    onSelect: () => {
      copyText(text).catch(() => undefined);
    },
  };
}

/** Where a task works, and what of it can be opened or taken along. */
export function places(task: Task, worktree: WorktreeSetup | undefined): readonly MenuEntry[] {
  const where = task.worktreePath ?? task.workdir;
  const open = (app: "files" | "editor" | "terminal", label: string): MenuEntry => ({
    kind: "item",
    label,
    icon: app === "files" ? "folder" : app === "editor" ? "t-edit" : "t-shell",
    onSelect: () => {
      call("POST /open-path", { body: { taskId: task.id, path: where, app } }).catch(
        (error: unknown) => report(error, { what: "Could not open it" }),
      );
    },
  });
  const ports = worktree?.ports ?? null;
  const name = worktree?.env["AGETOR_NAME"];
  return [
    { kind: "caption", label: task.worktreePath === null ? "Folder" : "Worktree" },
    open("files", "Open the folder"),
    open("editor", "Open in the editor"),
    open("terminal", "Open in a terminal"),
    { kind: "separator", id: "copy" },
    copyEntry("Copy path", where),
    ...(task.branch === null ? [] : [copyEntry("Copy branch name", task.branch)]),
    ...(ports === null
      ? []
      : [copyEntry(`Copy localhost:${ports.first}`, `http://localhost:${ports.first}`)]),
    ...(name === undefined ? [] : [copyEntry("Copy its name for databases", name)]),
  ];
}

/** What can be done about the set-up of a task's worktree. */
export function setupEntries(task: Task): readonly MenuEntry[] {
  if (task.isolation === "none") return [];
  const failed = task.failure?.code === "setup_failed";
  return [
    { kind: "separator", id: "setup" },
    {
      kind: "item",
      label: "Run set-up again",
      icon: "refresh",
      blocked: isActive(task) ? "Stop the run first" : null,
      // One that failed has kept the prompt from its agent: then the task starts with it.
      onSelect: () => later(failed ? startTask(task.id, "again") : repeatSetup(task.id)),
    },
    {
      kind: "item",
      label: "Set-up of the project",
      icon: "gear",
      onSelect: () => openSetup(task.workdir),
    },
  ];
}
