import { createHash } from "node:crypto";
import type { InteractionRequest } from "../agents/driver.ts";
import { fault } from "../contract/fault.ts";
import type { ApprovalRule, Interaction, InteractionAnswer } from "../contract/interaction.ts";
import { err, ok, type Result } from "../contract/result.ts";
import { canonical } from "../domain/canonical.ts";
import { risksOf } from "../domain/risks.ts";
import type { InteractionRecord, RunRecord, SessionRecord } from "../store/types.ts";
import type { Work } from "./core.ts";
import { closeRow, type Ending } from "./interaction-rows.ts";
import { changeRun } from "./run-changes.ts";

export interface Asking {
  readonly session: SessionRecord;
  readonly ref: string;
  readonly request: InteractionRequest;
  /** The call it is about; null when the agent does not say. */
  readonly toolId: string | null;
  readonly id: string;
}

/** Opens a question on the session's current run; a rule of the task may answer it at once. */
export function openInteraction(work: Work, asking: Asking): Result<InteractionRecord> {
  const { session, request } = asking;
  const task = work.tx.task(session.taskId);
  const run = task?.runId == null ? null : work.tx.run(task.runId);
  if (run === null || run.phase.kind === "ended" || session.state === "closed") {
    return err(fault("late", "The run this belongs to has ended.", null));
  }
  const known = work.tx.interactionByRef(session.id, asking.ref);
  if (known !== null) {
    return ok(known);
  }
  const interaction = interactionOf(work, asking, run);
  const record: InteractionRecord = {
    interaction,
    sessionId: session.id,
    ref: asking.ref,
    state: "open",
    answer: null,
    resolvedAt: null,
  };
  const rule = ruleFor(work, interaction);
  work.tx.putInteraction(record);
  if (rule !== null) {
    const answer: InteractionAnswer = { kind: "approval", decision: "allow" };
    const outcome = `Allowed by your rule for ${rule.toolName}`;
    const by = `rule:${rule.id}`;
    return ok(resolve(work, record, { state: "answered", outcome, answer, by }));
  }
  work.append({
    type: "interaction.opened",
    taskId: run.taskId,
    runId: run.id,
    key: `asked:${interaction.id}`,
    data: interaction,
  });
  if (request.kind !== "approval" || run.phase.kind !== "cancelling") {
    changeRun(work, run, { type: "block", on: interaction.id });
  }
  touch(work, run.taskId);
  return ok(record);
}

/** Closes an open question nobody can answer any more; one that is closed stays as it is. */
export function withdraw(work: Work, record: InteractionRecord, why: string): void {
  if (record.state === "open") {
    resolve(work, record, { state: "gone", outcome: why, answer: null, by: null });
  }
}

/** Closes a question and lets its run go on when it was the last one. */
export function resolve(work: Work, record: InteractionRecord, ending: Ending): InteractionRecord {
  const closed = closeRow(work, record, ending);
  const { runId, taskId, id } = closed.interaction;
  const run = work.tx.run(runId);
  if (run !== null) {
    changeRun(work, run, { type: "unblock", on: id });
  }
  touch(work, taskId);
  return closed;
}

/**
 * An approved plan ends the plan mode of its task: what follows is work, also in a session that goes
 * on with the conversation later. A person who wants another plan sets the mode to plan again.
 */
export function leavePlanMode(work: Work, record: InteractionRecord, mode: string): void {
  const task = work.tx.task(record.interaction.taskId);
  if (task === null || task.mode !== "plan") {
    return;
  }
  work.putTask({ ...task, mode, updatedAt: work.now });
  // The agent that was told so is in that mode by itself: it is not one with old settings.
  const session = work.tx.session(record.sessionId);
  if (session !== null && session.settings !== null) {
    work.tx.putSession({ ...session, settings: { ...session.settings, mode } });
  }
}

/** The card's count of open questions follows from the rows; its boards want to be told. */
function touch(work: Work, taskId: string): void {
  const task = work.tx.task(taskId);
  if (task !== null) {
    work.putTask(task);
  }
}

function interactionOf(work: Work, asking: Asking, run: RunRecord): Interaction {
  const base = {
    id: asking.id,
    taskId: run.taskId,
    runId: run.id,
    toolId: asking.toolId,
    createdAt: work.now,
    expiresAt: null,
    state: "open",
    outcome: null,
    answer: null,
    answeredBy: null,
    resolvedAt: null,
  } as const;
  const { request } = asking;
  switch (request.kind) {
    case "approval": {
      const { toolName, toolInput, title, cwd, reason, editable } = request;
      return {
        ...base,
        kind: "approval",
        toolName,
        toolInput,
        title,
        cwd,
        reason,
        diff: request.diff === null ? null : [...request.diff],
        editable,
        risks: [...risksOf({ name: toolName, input: toolInput, cwd })],
        rememberable: rulesOffered(base, request),
      };
    }
    case "question":
      return {
        ...base,
        ...request,
        choices: request.choices === null ? null : [...request.choices],
      };
    case "ask_questions":
      return { ...base, kind: "ask_questions", questions: [...request.questions] };
    case "plan_approval":
      return { ...base, ...request };
  }
}

type ApprovalRequest = Extract<InteractionRequest, { kind: "approval" }>;

/** The exact rule first, then the whole tool. */
function rulesOffered(
  base: { readonly id: string; readonly taskId: string; readonly createdAt: number },
  request: ApprovalRequest,
): ApprovalRule[] {
  const { toolName, title } = request;
  const rule = { id: base.id, taskId: base.taskId, toolName, createdAt: base.createdAt };
  return [
    { ...rule, match: { type: "exact", inputHash: inputHash(request), summary: title } },
    { ...rule, match: { type: "any" } },
  ];
}

/** Tool, directory and input, byte for byte: nothing that merely looks the same matches. */
function inputHash(of: {
  readonly toolName: string;
  readonly cwd: string;
  readonly toolInput?: unknown;
}): string {
  return createHash("sha256")
    .update(canonical([of.toolName, of.cwd, of.toolInput ?? null]))
    .digest("hex");
}

function ruleFor(work: Work, interaction: Interaction): ApprovalRule | null {
  if (interaction.kind !== "approval") {
    return null;
  }
  const hash = inputHash(interaction);
  const fits = (rule: ApprovalRule): boolean =>
    rule.toolName === interaction.toolName &&
    (rule.match.type === "any" || rule.match.inputHash === hash);
  return work.tx.rules(interaction.taskId).find(fits) ?? null;
}

/** Stores what a person allowed for good in this task. */
export function remember(
  work: Work,
  interaction: Interaction,
  wanted: Pick<ApprovalRule, "toolName" | "match"> | undefined,
  id: string,
): void {
  if (interaction.kind !== "approval") {
    return;
  }
  const { toolName, taskId } = interaction;
  // Only what was offered can be remembered: a rule never reaches beyond what the card showed.
  const match =
    wanted?.match.type === "any"
      ? ({ type: "any" } as const)
      : { type: "exact" as const, inputHash: inputHash(interaction), summary: interaction.title };
  work.tx.putRule({ id, taskId, toolName, match, createdAt: work.now });
}
