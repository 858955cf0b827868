import type { ReactNode } from "react";
import { Segmented } from "../../ui/segmented.tsx";
import { SettingRow } from "../row.tsx";
import type { HarnessDraft } from "./draft.ts";
import { EnvEditor } from "./env-editor.tsx";

export interface FieldsProps {
  readonly draft: HarnessDraft;
  readonly onChange: (part: Partial<HarnessDraft>) => void;
  /** A built-in keeps its name. */
  readonly named: boolean;
  /** The variable that names its config home; null where the kind has none. */
  readonly homeEnv: string | null;
  /** What is used when the program is left empty. */
  readonly program: ReactNode;
}

const homeEnvs: Readonly<Record<string, string>> = {
  "claude-code": "CLAUDE_CONFIG_DIR",
  codex: "CODEX_HOME",
};

/** The variable by which an agent of this kind is told its config home. */
export function homeEnvOf(kind: string): string | null {
  return homeEnvs[kind] ?? null;
}

/** Everything that can be said of a harness, a row each. */
export function Fields({ draft, onChange, named, homeEnv, program }: FieldsProps) {
  return (
    <>
      {named && (
        <SettingRow label="Name" hint="Shown on cards">
          {(id) => <Text id={id} value={draft.label} onChange={(label) => onChange({ label })} />}
        </SettingRow>
      )}
      <SettingRow label="Program" hint="A path, or a name that is looked up">
        {(id) => (
          <>
            <Text id={id} mono value={draft.bin} onChange={(bin) => onChange({ bin })} />
            <p className="small t3">{program}</p>
          </>
        )}
      </SettingRow>
      {homeEnv !== null && (
        <SettingRow
          label="Config home"
          hint={`${homeEnv}: login, settings and history. Git and ssh keep your own home.`}
          group
        >
          {() => <Home draft={draft} onChange={onChange} />}
        </SettingRow>
      )}
      <SettingRow label="Extra arguments" hint="Added at every start, beside Agetor’s own">
        {(id) => <Text id={id} mono value={draft.args} onChange={(args) => onChange({ args })} />}
      </SettingRow>
      <SettingRow label="Environment" hint="Added to what the agent is started with" group>
        {() => <EnvEditor rows={draft.env} onChange={(env) => onChange({ env })} />}
      </SettingRow>
    </>
  );
}

interface TextProps {
  readonly id?: string;
  /** Its name where no label stands beside it. */
  readonly label?: string;
  readonly value: string;
  readonly mono?: boolean;
  readonly onChange: (value: string) => void;
}

function Text({ id, label, value, mono = false, onChange }: TextProps) {
  return (
    <div className="field">
      <input
        id={id}
        aria-label={label}
        className={mono ? "mono small" : ""}
        value={value}
        spellCheck={false}
        autoComplete="off"
        onChange={(event) => onChange(event.target.value)}
      />
    </div>
  );
}

function Home({ draft, onChange }: Pick<FieldsProps, "draft" | "onChange">) {
  const choice = draft.ownHome ? "own" : draft.home === "" ? "usual" : "path";
  return (
    <>
      <Segmented
        label="Config home"
        value={choice}
        options={[
          { value: "usual", label: "The usual one" },
          { value: "own", label: "One of its own" },
          { value: "path", label: "A folder" },
        ]}
        onChange={(next) =>
          onChange({
            ownHome: next === "own",
            home: next === "path" ? (draft.home === "" ? "~/" : draft.home) : "",
          })
        }
      />
      {choice === "path" && (
        <Text label="Folder" mono value={draft.home} onChange={(home) => onChange({ home })} />
      )}
      <p className="small t3">
        {choice === "usual"
          ? "Shares the login and the history of the agent in your own terminal."
          : choice === "own"
            ? "Made under Agetor’s data directory, private to you; log in once."
            : "The whole path; it begins with / or ~/."}
      </p>
    </>
  );
}
