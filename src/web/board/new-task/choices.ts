import type { AgentOptions, AgentStatus, ModelOption } from "../../../contract/harness.ts";
import type { SelectOption } from "../../ui/select.tsx";

/** The value of "nothing picked" in a list. */
export const byDefault = "·";

export interface Picked {
  readonly model: string | null;
  readonly mode: string | null;
  readonly effort: string | null;
}

const noOptions: AgentOptions = {
  modes: [],
  models: [],
  efforts: [],
  invalid: [],
  modeChange: { within: [], how: "" },
};

/** Why the agent refuses this combination, or null when it takes it. */
export function refusal(options: AgentOptions | undefined, picked: Picked): string | null {
  const hit = (options ?? noOptions).invalid.find(
    (rule) =>
      (rule.model === undefined || rule.model === picked.model) &&
      (rule.mode === undefined || rule.mode === picked.mode) &&
      (rule.effort === undefined || rule.effort === picked.effort),
  );
  return hit?.reason ?? null;
}

/** The model a choice stands for: the picked one, or the one the agent takes by itself. */
function modelMeant(models: readonly ModelOption[], model: string | null): ModelOption | undefined {
  return model === null
    ? models.find((option) => option.default)
    : models.find((option) => option.id === model);
}

export function effortOptions(
  options: AgentOptions | undefined,
  models: readonly ModelOption[],
  picked: Picked,
): readonly SelectOption[] {
  const model = modelMeant(models, picked.model);
  return [
    { value: byDefault, label: "Model default" },
    ...(options ?? noOptions).efforts.map(({ id, label }): SelectOption => {
      // Of a model nobody has told us about, nothing is known to be impossible.
      const unknown = model === undefined || model.efforts.includes(id);
      const reason = unknown ? null : `${model.label} does not take this.`;
      return { value: id, label, blocked: reason ?? refusal(options, { ...picked, effort: id }) };
    }),
  ];
}

/** Says it once below the list when a model takes no effort at all, and who does. */
export function effortNote(models: readonly ModelOption[], picked: Picked): string | null {
  const model = modelMeant(models, picked.model);
  if (model === undefined || model.efforts.length > 0) return null;
  const others = models.filter((option) => option.efforts.length > 0).map(({ label }) => label);
  const way =
    others.length === 0
      ? ""
      : ` ${others.slice(0, 2).join(" and ")} ${others.length === 1 ? "does" : "do"}.`;
  return `${model.label} does not take an effort level.${way}`;
}

export function modeOptions(
  options: AgentOptions | undefined,
  picked: Picked,
): readonly SelectOption[] {
  return [
    { value: byDefault, label: "Agent default", description: "As the agent itself is set up." },
    ...(options ?? noOptions).modes.map(({ id, label, description }) => ({
      value: id,
      label,
      description,
      blocked: refusal(options, { ...picked, mode: id }),
    })),
  ];
}

/** Drops what the agent, or the model, does not take: a choice must not survive unseen. */
export function settled(
  options: AgentOptions | undefined,
  models: readonly ModelOption[],
  picked: Picked,
): Picked {
  if (options === undefined) return picked;
  const listed = (list: readonly SelectOption[], value: string | null): boolean =>
    value === null || list.some((item) => item.value === value && (item.blocked ?? null) === null);
  const mode = listed(modeOptions(options, { ...picked, effort: null }), picked.mode)
    ? picked.mode
    : null;
  const effort = listed(effortOptions(options, models, { ...picked, mode }), picked.effort)
    ? picked.effort
    : null;
  return { model: picked.model, mode, effort };
}

/** What stands beside an agent that cannot work now: why, and what to do. */
export function agentProblem(agent: AgentStatus | undefined): string | null {
  if (agent === undefined || agent.available) return null;
  return [firstSentence(agent.reason ?? "It cannot be used now."), agent.installHint]
    .filter((part) => part !== null)
    .join(" ");
}

/** A reason may list every place that was looked at; a list of choices has room for its gist. */
function firstSentence(text: string): string {
  const end = text.search(/[.!?](\s|$)/);
  const sentence = end === -1 ? text : text.slice(0, end + 1);
  return sentence.length > 140 ? `${sentence.slice(0, 139)}…` : sentence;
}
