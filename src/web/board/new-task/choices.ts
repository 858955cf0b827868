import type { AgentOptions, AgentStatus, ModelOption } from "../../../contract/harness.ts";
import type { ComboOption } from "../../ui/combobox.tsx";
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

/**
 * Why the agent refuses the `part` of what is picked together with the rest of it, without a full
 * stop, or null when it takes it. A rule that says nothing of the part is another part's business.
 */
export function refusal(
  options: AgentOptions | undefined,
  part: keyof Picked,
  picked: Picked,
): string | null {
  const hit = (options ?? noOptions).invalid.find(
    (rule) =>
      rule[part] !== undefined &&
      (rule.model === undefined || rule.model === picked.model) &&
      (rule.mode === undefined || rule.mode === picked.mode) &&
      (rule.effort === undefined || rule.effort === picked.effort),
  );
  return hit?.reason.replace(/\.$/, "") ?? null;
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
  const listed = (options ?? noOptions).efforts.map(({ id, label }): SelectOption => {
    // Of a model nobody has told us about, nothing is known to be impossible.
    const known = model === undefined || model.efforts.includes(id);
    const reason = known ? null : noEffort(model, models);
    return {
      value: id,
      label,
      impossible: reason ?? refusal(options, "effort", { ...picked, effort: id }),
    };
  });
  return [{ value: byDefault, label: "Model default" }, ...listed, ...own(picked.effort, listed)];
}

/** Why a model does not take an effort; one that takes none at all names others that do. */
function noEffort(model: ModelOption, models: readonly ModelOption[]): string {
  if (model.efforts.length > 0) return `${model.label} has no such effort`;
  const others = models.filter((option) => option.efforts.length > 0).map(({ label }) => label);
  const way =
    others.length === 0
      ? ""
      : `; ${others.slice(0, 2).join(" and ")} ${others.length === 1 ? "does" : "do"}`;
  return `${model.label} takes no effort level${way}`;
}

export function modeOptions(
  options: AgentOptions | undefined,
  picked: Picked,
): readonly SelectOption[] {
  const listed = (options ?? noOptions).modes.map(({ id, label, description }) => ({
    value: id,
    label,
    description,
    impossible: refusal(options, "mode", { ...picked, mode: id }),
  }));
  return [
    { value: byDefault, label: "Agent default", description: "As the agent itself is set up." },
    ...listed,
    ...own(picked.mode, listed),
  ];
}

/** What stands beside a value that the agent does not list. */
export const unlisted = "Not listed; it is passed on as it is.";

/** An id the list does not have stays a choice: a newer program may know it. */
function own(value: string | null, listed: readonly SelectOption[]): readonly SelectOption[] {
  if (value === null || listed.some((option) => option.value === value)) return [];
  return [{ value, label: value, description: unlisted }];
}

export function modelOptions(
  options: AgentOptions | undefined,
  models: readonly ModelOption[],
  picked: Picked,
): readonly ComboOption[] {
  const standard = models.find((model) => model.default);
  const listed: ComboOption[] = [
    {
      value: byDefault,
      label: "Agent default",
      ...(standard === undefined ? {} : { detail: standard.label }),
    },
    ...models.map((model) => ({
      value: model.id,
      label: model.label,
      detail: model.id,
      // An effort follows its model, not the other way round.
      impossible: refusal(options, "model", { ...picked, effort: null, model: model.id }),
    })),
  ];
  const { model } = picked;
  const isOwn = model !== null && !models.some(({ id }) => id === model);
  return isOwn ? [...listed, { value: model, label: model, group: "Not listed" }] : listed;
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
