import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { NotifyButton } from "../inbox/notify-button.tsx";
import { later } from "../state/actions.ts";
import { type Prefs, setPref, usePref } from "../state/prefs.ts";
import { defaultsQuery, harnessesQuery, queries } from "../state/queries.ts";
import { FaultLine } from "../ui/fault-line.tsx";
import { Segmented } from "../ui/segmented.tsx";
import { Select } from "../ui/select.tsx";
import { Switch } from "../ui/switch.tsx";
import { SettingRow } from "./row.tsx";
import { useServerPref } from "./server-prefs.ts";

/** A setting by the words it is found by, and its control. */
export interface Setting {
  readonly section: "tasks" | "appearance" | "notifications";
  readonly label: string;
  readonly hint: string;
  readonly Control: (props: { readonly id: string }) => ReactNode;
}

interface ChoiceProps<K extends keyof Prefs> {
  readonly pref: K;
  readonly label: string;
  readonly options: readonly { readonly value: Prefs[K] & string; readonly label: string }[];
}

function Choice<K extends keyof Prefs>({ pref, label, options }: ChoiceProps<K>) {
  const value = usePref(pref) as Prefs[K] & string;
  return (
    <Segmented
      label={label}
      value={value}
      options={options}
      onChange={(next) => later(setPref(pref, next))}
    />
  );
}

function Theme() {
  return (
    <Choice
      pref="ui.theme"
      label="Theme"
      options={[
        { value: "system", label: "As the system" },
        { value: "light", label: "Light" },
        { value: "dark", label: "Dark" },
      ]}
    />
  );
}

function Detail() {
  return (
    <Choice
      pref="ui.detail"
      label="Transcript"
      options={[
        { value: "summary", label: "Summary" },
        { value: "normal", label: "Normal" },
        { value: "verbose", label: "Verbose" },
      ]}
    />
  );
}

function Layout() {
  return (
    <Choice
      pref="ui.diffLayout"
      label="Changes"
      options={[
        { value: "split", label: "Side by side" },
        { value: "unified", label: "One column" },
      ]}
    />
  );
}

function Whitespace() {
  return (
    <Choice
      pref="ui.diffWhitespace"
      label="White space"
      options={[
        { value: "show", label: "Show" },
        { value: "ignore", label: "Ignore" },
      ]}
    />
  );
}

function DefaultAgent() {
  const [chosen, choose] = useServerPref("defaultAgent");
  const harnesses = (useQuery(harnessesQuery).data ?? []).filter(({ enabled }) => enabled);
  const value = harnesses.some(({ id }) => id === chosen) ? String(chosen) : "";
  return (
    <Select
      label="Agent"
      value={value}
      options={[
        { value: "", label: "The first that is ready" },
        ...harnesses.map(({ id, label }) => ({ value: id, label })),
      ]}
      onChange={(next) => {
        choose(next === "" ? null : next);
        later(queries.invalidateQueries({ queryKey: defaultsQuery.queryKey }));
      }}
    />
  );
}

function AfterLanding() {
  const [chosen, choose] = useServerPref("landing.after");
  return (
    <Segmented
      label="After landing"
      value={chosen === "archive" || chosen === "delete" ? chosen : "keep"}
      options={[
        { value: "keep", label: "Keep the task" },
        { value: "archive", label: "Archive it" },
        { value: "delete", label: "Delete it" },
      ]}
      onChange={choose}
    />
  );
}

/** As the server does it by itself, in minutes; at most a week. */
const usualMinutes = 30;
const mostMinutes = 10_080;

function Hibernation({ id }: { readonly id: string }) {
  const [chosen, choose] = useServerPref("hibernateMinutes");
  const minutes = typeof chosen === "number" && chosen > 0 ? chosen : usualMinutes;
  const [wrong, setWrong] = useState(false);
  const take = (next: number): void => {
    const fits = Number.isInteger(next) && next >= 1 && next <= mostMinutes;
    setWrong(!fits);
    if (fits && next !== minutes) choose(next);
  };
  return (
    <div className="set-number">
      <div className="field">
        <input
          id={id}
          type="number"
          min={1}
          max={mostMinutes}
          key={minutes}
          defaultValue={minutes}
          aria-invalid={wrong}
          onBlur={(event) => take(event.target.valueAsNumber)}
        />
      </div>
      <span className="t2">minutes</span>
      {wrong && <FaultLine>Not saved: a whole number from 1 to {mostMinutes}.</FaultLine>}
    </div>
  );
}

function Wrap() {
  const on = usePref("ui.diffWrap");
  return (
    <Switch checked={on} onChange={(next) => later(setPref("ui.diffWrap", next))}>
      Wrap long lines
    </Switch>
  );
}

/** Everything that is not an account, in the order it is shown. */
export const settings: readonly Setting[] = [
  {
    section: "tasks",
    label: "Agent of a new task",
    hint: "Where a project has not been used before",
    Control: DefaultAgent,
  },
  {
    section: "tasks",
    label: "When its work has landed",
    hint: "What becomes of a task once its branch is merged",
    Control: AfterLanding,
  },
  {
    section: "tasks",
    label: "Let an idle agent sleep after",
    hint: "The next message wakes it where it was",
    Control: Hibernation,
  },
  {
    section: "appearance",
    label: "Theme",
    hint: "",
    Control: Theme,
  },
  {
    section: "appearance",
    label: "Transcript",
    hint: "How much of an agent’s work is shown",
    Control: Detail,
  },
  {
    section: "appearance",
    label: "Changes",
    hint: "In the review",
    Control: Layout,
  },
  {
    section: "appearance",
    label: "White space",
    hint: "Lines that differ in nothing else",
    Control: Whitespace,
  },
  { section: "appearance", label: "Long lines", hint: "In the review", Control: Wrap },
  {
    section: "notifications",
    label: "What an agent asks",
    hint: "A notification while no tab of the board is in sight, once over all tabs",
    Control: NotifyButton,
  },
];

/** The settings of one section, or those that were searched for. */
export function Settings({ list }: { readonly list: readonly Setting[] }) {
  return list.map(({ label, hint, Control }) => (
    <SettingRow key={label} label={label} group {...(hint === "" ? {} : { hint })}>
      {(id) => <Control id={id} />}
    </SettingRow>
  ));
}
