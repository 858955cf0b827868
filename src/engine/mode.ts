import type { Driver } from "../agents/driver.ts";
import type { InteractionAnswer } from "../contract/interaction.ts";
import { wishedMode } from "../domain/mode-wish.ts";
import type { SessionRecord, SessionSettings, TaskRecord } from "../store/types.ts";
import type { Work } from "./core.ts";

/** The agent works in a mode from now on. One its task has by now needs no new session any more. */
export function takeMode(work: Work, sessionId: string, modeNow: string): void {
  const session = work.tx.session(sessionId);
  const task = session === null ? null : work.tx.task(session.taskId);
  if (session === null || task === null) {
    return;
  }
  const before = session.settings ?? { mode: null, model: null, effort: null };
  const mode = task.mode === modeNow ? modeNow : before.mode;
  work.tx.putSession({ ...session, settings: { ...before, mode, modeNow } });
  if (before.modeNow !== modeNow) {
    work.putTask(task);
  }
}

/** A mode the agent came to by itself (a plan was approved) may be what its task is given later. */
export function agreeOnMode(work: Work, sessionId: string): void {
  const modeNow = work.tx.session(sessionId)?.settings?.modeNow ?? null;
  if (modeNow !== null) {
    takeMode(work, sessionId, modeNow);
  }
}

/** What a session is opened with. */
export function settingsOf({ mode, model, effort }: TaskRecord): SessionSettings {
  return { mode, model, effort, modeNow: mode };
}

/** An agent that takes its settings with each message works with those of the last. */
export function tookSettings(work: Work, sessionId: string, sent: TaskRecord): void {
  const session = work.tx.session(sessionId);
  const task = work.tx.task(sent.id);
  if (session !== null && task !== null) {
    work.tx.putSession({ ...session, settings: settingsOf(sent) });
    work.putTask(task);
  }
}

/** A living session that cannot take the settings its task has by now: it is resumed in a new one. */
export function isStale(
  driver: Driver | null,
  { settings }: SessionRecord,
  task: Pick<TaskRecord, "mode" | "model" | "effort">,
): boolean {
  return (
    driver?.descriptor.capabilities.settings === "per-session" &&
    settings !== null &&
    (settings.mode !== task.mode ||
      settings.model !== task.model ||
      settings.effort !== task.effort)
  );
}

type Choice = Extract<InteractionAnswer, { kind: "plan_approval" }>["choice"];

/** Who approves a plan says how it goes on: newer than a mode that was wished for before. */
export function chooseByPlan(work: Work, sessionId: string, choice: Choice): void {
  const session = work.tx.session(sessionId);
  const task = session === null ? null : work.tx.task(session.taskId);
  if (session === null || task === null || choice === "reject") {
    return;
  }
  if (wishedMode(task.mode, session.settings) === null) {
    return;
  }
  const mode = choice === "approve_implement" ? "acceptEdits" : "ask";
  work.putTask({ ...task, mode, updatedAt: work.now });
}
