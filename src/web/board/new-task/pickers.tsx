import { useQuery } from "@tanstack/react-query";
import { branchesQuery, projectsQuery } from "../../state/queries.ts";
import { agentIcon } from "../../ui/agents.tsx";
import { Combobox, type ComboOption } from "../../ui/combobox.tsx";
import { Icon } from "../../ui/icons.tsx";
import { Segmented } from "../../ui/segmented.tsx";
import { Select, type SelectOption } from "../../ui/select.tsx";
import {
  agentProblem,
  byDefault,
  effortNote,
  effortOptions,
  modeOptions,
  refusal,
} from "./choices.ts";
import type { Draft } from "./draft.ts";
import type { Choices } from "./use-choices.ts";

export interface PickersProps {
  readonly draft: Draft;
  readonly choices: Choices;
  readonly change: (part: Partial<Draft>) => void;
}

const fromList = (value: string): string | null => (value === byDefault ? null : value);

/** Everything about a task that has a default: agent, model, effort, mode, base and isolation. */
export function Pickers({ draft, choices, change }: PickersProps) {
  const { options, models, picked } = choices;
  const note = effortNote(models, picked);
  const model = models.find((option) => option.id === picked.model);
  return (
    <div className="picks">
      <AgentPicker choices={choices} change={change} />
      <ModelPicker choices={choices} change={change} />
      <Select
        label="Effort"
        value={picked.effort ?? byDefault}
        options={effortOptions(options, models, picked).map((option) =>
          // The note says it once for all of them.
          note === null || option.value === byDefault ? option : { ...option, blocked: "" },
        )}
        onChange={(value) => change({ effort: fromList(value) })}
        context={model?.label ?? ""}
        note={note === null ? null : <Note text={note} />}
      />
      <Select
        label="Mode"
        value={picked.mode ?? byDefault}
        options={modeOptions(options, picked)}
        onChange={(value) => change({ mode: fromList(value) })}
      />
      <BasePicker draft={draft} change={change} />
      <IsolationPicker draft={draft} change={change} />
    </div>
  );
}

function Note({ text }: { readonly text: string }) {
  return (
    <>
      <Icon name="info" size={14} />
      <span>{text}</span>
    </>
  );
}

type Part = Pick<PickersProps, "choices" | "change">;

function AgentPicker({ choices, change }: Part) {
  const { harnesses, statusOf, agent } = choices;
  const options = harnesses.map((harness): SelectOption => {
    const status = statusOf(harness.id);
    const account = [status?.version, status?.account].filter((part) => part != null).join(", ");
    return {
      value: harness.id,
      label: harness.label,
      icon: agentIcon(harness.kind, harness.id),
      blocked: agentProblem(status),
      ...(account === "" ? {} : { description: account }),
    };
  });
  return (
    <Select
      label="Agent"
      value={agent ?? ""}
      options={options}
      // Models and efforts are the agent's own; what was picked of another one says nothing.
      onChange={(value) => change({ agent: value, model: null, effort: null, mode: null })}
    />
  );
}

function ModelPicker({ choices, change }: Part) {
  const { models, picked } = choices;
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
      blocked: refusal(choices.options, { ...picked, effort: null, model: model.id }),
    })),
  ];
  const own = picked.model !== null && !models.some((model) => model.id === picked.model);
  const options = own ? [...listed, { value: picked.model, label: picked.model }] : listed;
  return (
    <div className="pk">
      <span className="lbl">Model</span>
      <Combobox
        label="Model"
        value={picked.model ?? byDefault}
        options={options}
        onChange={(value) => change({ model: fromList(value) })}
        placeholder="Find a model, or type its id"
        custom={(text) => ({ value: text, label: `Use “${text}”`, group: "Not listed" })}
      />
    </div>
  );
}

function BasePicker({ draft, change }: Pick<PickersProps, "draft" | "change">) {
  const { data, isError } = useQuery(branchesQuery(draft.workdir ?? ""));
  const branches = data ?? [];
  const current = branches.find((branch) => branch.current) ?? null;
  const options: ComboOption[] = branches.map((branch) => ({
    value: branch.name,
    label: branch.name,
    detail: branch.sha.slice(0, 7),
    icon: "branch",
  }));
  const own = draft.baseRef !== null && !branches.some(({ name }) => name === draft.baseRef);
  if (own) options.push({ value: draft.baseRef ?? "", label: draft.baseRef ?? "", icon: "branch" });
  return (
    <div className="pk">
      <span className="lbl">Base</span>
      {draft.isolation === "none" || isError || (data !== undefined && branches.length === 0) ? (
        <div className="field pick off">
          <span className="val cut grow t3">
            {draft.isolation === "none" ? "The folder as it is" : "No branches here"}
          </span>
        </div>
      ) : (
        <Combobox
          label="Base branch"
          value={draft.baseRef ?? current?.name ?? null}
          options={options}
          onChange={(value) => change({ baseRef: value })}
          placeholder="Find a branch, or type any ref"
          custom={(text) => ({ value: text, label: text, icon: "branch", group: "Any ref" })}
          mono
        />
      )}
    </div>
  );
}

function IsolationPicker({ draft, change }: Pick<PickersProps, "draft" | "change">) {
  const { data } = useQuery(projectsQuery);
  const project = data?.find((item) => item.path === draft.workdir);
  const plain = project?.isRepository === false;
  return (
    <div className="pk">
      <span className="lbl">Isolation</span>
      <Segmented
        label="Isolation"
        wide
        value={plain ? "none" : draft.isolation}
        options={[
          {
            value: "worktree",
            label: "Worktree",
            blocked: plain ? "A worktree needs a git repository" : null,
          },
          { value: "none", label: "None" },
        ]}
        onChange={(isolation) => change({ isolation })}
      />
    </div>
  );
}
