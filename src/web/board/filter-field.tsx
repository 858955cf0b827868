import { useQuery } from "@tanstack/react-query";
import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import type { Column } from "../../contract/primitives.ts";
import { columnName } from "../state/actions.ts";
import { columns } from "../state/order.ts";
import { harnessesQuery, projectsQuery } from "../state/queries.ts";
import { go, useRoute } from "../state/route.ts";
import { useAgentName } from "../ui/agents.tsx";
import { useHotkeys } from "../ui/hotkeys.ts";
import { Icon } from "../ui/icons.tsx";
import { Kbd } from "../ui/kbd.tsx";
import type { MenuEntry } from "../ui/menu.tsx";
import { MenuButton } from "../ui/menu-button.tsx";
import { folderName, takeTokens } from "./filter.ts";
import { focusBoard } from "./focus-board.ts";
import { clearFilter, useFilter } from "./use-filter.ts";

/** Words, and chips for what is not words. Everything stands in the address. */
export function FilterField() {
  const input = useRef<HTMLInputElement>(null);
  const filter = useFilter();
  const [text, setText] = useState(filter.q);
  const agents = useQuery(harnessesQuery).data ?? [];
  const projects = useQuery(projectsQuery).data ?? [];
  // The address can change without us: back, a link, "Show all tasks".
  useEffect(() => setText(filter.q), [filter.q]);
  useHotkeys([
    { id: "board.filter", label: "Filter tasks", keys: ["/"], run: () => input.current?.select() },
  ]);

  const type = (typed: string): void => {
    const { rest, tokens } = takeTokens(typed, {
      agents: agents.map((agent) => agent.id),
      projects: projects.map((project) => project.path),
    });
    setText(rest);
    go(Object.assign({ q: rest }, ...tokens), "replace");
  };
  const key = (event: KeyboardEvent): void => {
    if (event.key === "Escape") {
      if (text !== "") type("");
      else input.current?.blur();
    } else if (event.key === "Enter" || event.key === "ArrowDown") {
      event.preventDefault();
      focusBoard();
    } else if (event.key === "Backspace" && text === "") removeLast();
  };
  const removeLast = (): void => {
    if (filter.column !== null) go({ column: null });
    else if (filter.project !== null) go({ project: null });
    else if (filter.agent !== null) go({ agent: null });
  };
  return (
    <search className="field filter">
      <Icon name="t-search" size={14} />
      <FilterChips />
      <input
        ref={input}
        value={text}
        aria-label="Filter tasks"
        placeholder="Filter tasks"
        spellCheck={false}
        autoComplete="off"
        onChange={(event) => type(event.target.value)}
        onKeyDown={key}
      />
      {text === "" ? <Kbd keys="/" /> : <Clear onClear={() => type("")} />}
    </search>
  );
}

function Clear({ onClear }: { readonly onClear: () => void }) {
  return (
    <button type="button" className="chip-x" aria-label="Clear the words" onClick={onClear}>
      <Icon name="x" size={12} />
    </button>
  );
}

function FilterChips() {
  const { agent, project, column } = useFilter();
  const agentName = useAgentName(agent ?? "");
  return (
    <>
      {agent !== null && <Chip text={agentName} remove={() => go({ agent: null })} />}
      {project !== null && <Chip text={folderName(project)} remove={() => go({ project: null })} />}
      {column !== null && (
        <Chip text={columnName(column as Column)} remove={() => go({ column: null })} />
      )}
    </>
  );
}

function Chip({ text, remove }: { readonly text: string; readonly remove: () => void }) {
  return (
    <span className="chip removable">
      {text}
      <button type="button" className="chip-x" aria-label={`Remove ${text}`} onClick={remove}>
        <Icon name="x" size={12} />
      </button>
    </span>
  );
}

/** The same filters to choose from, for who does not type them. */
export function FilterMenu() {
  const { agent, project, column, q } = useFilter();
  const agents = useQuery(harnessesQuery).data ?? [];
  const projects = useQuery(projectsQuery).data ?? [];
  const active =
    [agent, project, column].filter((part) => part !== null).length + (q === "" ? 0 : 1);
  const choice = <T extends string>(
    label: string,
    current: T | null,
    options: readonly { readonly value: T; readonly label: string }[],
    set: (value: T | null) => void,
  ): MenuEntry => ({
    kind: "sub",
    label,
    entries: options.map((option) => ({
      kind: "item",
      label: option.label,
      checked: option.value === current,
      onSelect: () => set(option.value === current ? null : option.value),
    })),
  });
  const entries = (): readonly MenuEntry[] => [
    {
      kind: "item",
      label: "All work",
      checked: active === 0,
      onSelect: clearFilter,
    },
    { kind: "separator", id: "by" },
    choice(
      "Project",
      project,
      projects.map(({ path, name }) => ({ value: path, label: name })),
      (value) => go({ project: value }),
    ),
    choice(
      "Agent",
      agent,
      agents.map(({ id, label }) => ({ value: id, label })),
      (value) => go({ agent: value }),
    ),
    choice(
      "Column",
      column as Column | null,
      columns.map((value) => ({ value, label: columnName(value) })),
      (value) => go({ column: value }),
    ),
  ];
  return (
    <MenuButton label="What is shown" icon="filter" entries={entries}>
      {active === 0 ? "All work" : "Filtered"}
    </MenuButton>
  );
}

/** Whether anything is filtered at all, for the page's title. */
export function useProjectName(): string | null {
  const project = useRoute((state) => state.project);
  return project === null ? null : folderName(project);
}
