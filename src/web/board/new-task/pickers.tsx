import { useQuery } from "@tanstack/react-query";
import { branchesQuery, projectsQuery } from "../../state/queries.ts";
import { agentIcon } from "../../ui/agents.tsx";
import { Combobox, type ComboOption } from "../../ui/combobox.tsx";
import { HiddenNote } from "../../ui/hidden-note.tsx";
import { Icon } from "../../ui/icons.tsx";
import { chosenWords, hiddenWords, type Offer } from "../../ui/offered.ts";
import { Segmented } from "../../ui/segmented.tsx";
import { Select, type SelectOption } from "../../ui/select.tsx";
import {
  agentProblem,
  byDefault,
  effortOptions,
  modelOptions,
  modeOptions,
  type Picked,
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
  const model = models.find((option) => option.id === picked.model);
  const lists = {
    model: modelOptions(options, models, picked),
    effort: effortOptions(options, models, picked),
    mode: modeOptions(options, picked),
  };
  return (
    <>
      <div className="picks">
        <AgentPicker choices={choices} change={change} />
        <div className="pk">
          <span className="lbl">Model</span>
          <Combobox
            label="Model"
            value={picked.model ?? byDefault}
            options={lists.model}
            onChange={(value) => change({ model: fromList(value) })}
            placeholder="Find a model, or type its id"
            custom={(text) => ({ value: text, label: `Use “${text}”`, group: "Not listed" })}
          />
        </div>
        <Select
          label="Effort"
          value={picked.effort ?? byDefault}
          options={lists.effort}
          onChange={(value) => change({ effort: fromList(value) })}
          context={model?.label ?? ""}
        />
        <Select
          label="Mode"
          value={picked.mode ?? byDefault}
          options={lists.mode}
          onChange={(value) => change({ mode: fromList(value) })}
        />
        <BasePicker draft={draft} change={change} />
        <IsolationPicker draft={draft} change={change} />
      </div>
      <PickNotes lists={lists} picked={picked} change={change} />
    </>
  );
}

interface PickNotesProps extends Pick<PickersProps, "change"> {
  readonly lists: Readonly<Record<keyof Picked, readonly Offer[]>>;
  readonly picked: Picked;
}

const parts = ["model", "effort", "mode"] as const;

/** Below the pickers: what is chosen and cannot work, and what is hidden. */
function PickNotes({ lists, picked, change }: PickNotesProps) {
  const hidden = parts.map((part) => hiddenWords(lists[part], picked[part]));
  const words = hidden.filter((part) => part !== null).join(" ");
  return (
    <>
      {parts.map((part) => {
        const problem = chosenWords(lists[part], picked[part]);
        return problem === null ? null : (
          <p key={part} className="warnline" role="status">
            <Icon name="info" size={14} className="s-blocked" />
            <span>
              {problem}{" "}
              <button type="button" className="link" onClick={() => change({ [part]: null })}>
                Use the default
              </button>
            </span>
          </p>
        );
      })}
      <HiddenNote words={words === "" ? null : words} className="warnline t3" />
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
