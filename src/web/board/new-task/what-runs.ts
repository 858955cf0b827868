import type { ProjectSetupAnswer } from "../../../contract/project.ts";
import { counted } from "../../state/actions.ts";

export interface Plan {
  readonly workdir: string;
  /** What the worktree starts from; null when the agent works in the folder itself. */
  readonly base: string | null;
  /** Null while it is not known. */
  readonly answer: ProjectSetupAnswer | null;
  /** The agent, its model and its mode; null where none was picked. */
  readonly run: readonly (string | null)[];
}

export interface Row {
  readonly word: string;
  /** Exactly what happens, a line each. */
  readonly lines: readonly string[];
  /** A word about it. */
  readonly note: string | null;
}

/** So many commands are shown; the rest is counted. */
const shown = 5;

/** What a start does, step by step, as words and exact lines. */
export function rowsOf({ workdir, base, answer, run }: Plan): readonly Row[] {
  const last: Row = {
    word: "run",
    lines: [run.filter((part) => part !== null).join(", ")],
    note: null,
  };
  if (base === null) return [{ word: "in", lines: [workdir], note: "as it is" }, last];
  const rows: Row[] = [
    { word: "from", lines: [base], note: "in a worktree and branch of its own" },
  ];
  if (answer !== null) rows.push(...setupRows(answer));
  return [...rows, last];
}

function setupRows({ setup, included }: ProjectSetupAnswer): readonly Row[] {
  const patterns = [...included, ...setup.copy];
  const commands = setup.setup.split("\n").filter((line) => line.trim() !== "");
  const rest = commands.length - shown;
  return [
    ...(patterns.length === 0
      ? []
      : [{ word: "copy", lines: [patterns.join(", ")], note: "as far as git ignores them" }]),
    ...(setup.ports === 0
      ? []
      : [{ word: "with", lines: [], note: `${counted(setup.ports, "port")} for itself` }]),
    ...(commands.length === 0
      ? []
      : [
          {
            word: "then",
            lines: commands.slice(0, shown),
            note: rest > 0 ? `and ${counted(rest, "more line")}` : null,
          },
        ]),
  ];
}
