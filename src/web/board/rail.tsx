import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { openKeysSheet } from "../keys/keys-state.ts";
import { openSetup } from "../setup/setup-state.ts";
import { later } from "../state/actions.ts";
import { useBoard, waitingCount } from "../state/board.ts";
import { setPref, type Theme, usePref } from "../state/prefs.ts";
import { projectsQuery } from "../state/queries.ts";
import { go, useRoute } from "../state/route.ts";
import { IconButton } from "../ui/button.tsx";
import { cx } from "../ui/cx.ts";
import { Icon, type IconName } from "../ui/icons.tsx";
import { Kbd } from "../ui/kbd.tsx";
import type { MenuEntry } from "../ui/menu.tsx";
import { MenuButton } from "../ui/menu-button.tsx";
import { tip } from "../ui/tooltip.tsx";
import { openAddProject } from "./add-project-state.ts";
import { folderName } from "./filter.ts";

export interface RailProps {
  readonly narrow: boolean;
  /** A task stands over the board: then "Board" leads back to it. */
  readonly covered: boolean;
}

/** Where one can go: the board, and the projects on it. */
export function Rail({ narrow, covered }: RailProps) {
  const project = useRoute((state) => state.project);
  const view = useRoute((state) => state.view);
  const board = project === null && !covered && (view === null || view === "review");
  return (
    <nav className="rail" aria-label="Main">
      <div className="rail-top">
        <Icon name="mark" className="mark" />
        {!narrow && (
          <>
            <span className="name">Agetor</span>
            <span className="grow" />
            <IconButton
              icon="panel"
              size="s"
              label="Close the rail"
              onClick={() => later(setPref("ui.rail", "closed"))}
            />
          </>
        )}
      </div>
      <button
        type="button"
        className={cx("nav", board && "on")}
        aria-current={board ? "page" : undefined}
        aria-label="Board"
        onClick={() =>
          go({ project: null, view: null, ...(covered ? { task: null, tab: null } : {}) })
        }
        {...(narrow ? tip("Board") : {})}
      >
        <Icon name="board" />
        {!narrow && <span>Board</span>}
      </button>
      <NeedsYou narrow={narrow} on={view === "inbox"} />
      <PageLink view="usage" label="Usage" icon="usage" keys="g u" narrow={narrow} />
      <PageLink view="trash" label="Trash" icon="trash" keys="g t" narrow={narrow} />
      {!narrow && <Projects />}
      <div className="foot">
        {narrow && (
          <button
            type="button"
            className="nav"
            aria-label="Open the rail"
            onClick={() => later(setPref("ui.rail", "open"))}
            {...tip("Open the rail")}
          >
            <Icon name="panel" />
          </button>
        )}
        <PageLink view="doctor" label="Doctor" icon="doctor" keys="g d" narrow={narrow} />
        <PageLink view="settings" label="Settings" icon="gear" keys="g ," narrow={narrow} />
        <KeysButton narrow={narrow} />
        <ThemeButton narrow={narrow} />
      </div>
    </nav>
  );
}

function KeysButton({ narrow }: { readonly narrow: boolean }) {
  return (
    <button
      type="button"
      className="nav"
      aria-label="Keys"
      aria-haspopup="dialog"
      onClick={openKeysSheet}
      {...tip("Keys", "?")}
    >
      <Icon name="keyboard" />
      {!narrow && <span className="grow">Keys</span>}
      {!narrow && <Kbd keys="?" />}
    </button>
  );
}

interface PageLinkProps {
  readonly view: string;
  readonly label: string;
  readonly icon: IconName;
  readonly keys: string;
  readonly narrow: boolean;
}

function PageLink({ view, label, icon, keys, narrow }: PageLinkProps) {
  const on = useRoute((state) => state.view === view);
  return (
    <button
      type="button"
      className={cx("nav", on && "on")}
      aria-current={on ? "page" : undefined}
      aria-label={narrow ? label : undefined}
      onClick={() => go({ view, task: null, tab: null })}
      {...tip(label, keys)}
    >
      <Icon name={icon} />
      {!narrow && <span>{label}</span>}
    </button>
  );
}

function NeedsYou({ narrow, on }: { readonly narrow: boolean; readonly on: boolean }) {
  const waiting = useBoard(waitingCount);
  return (
    <button
      type="button"
      className={cx("nav", on && "on")}
      aria-current={on ? "page" : undefined}
      aria-label={narrow ? `Needs you${waiting === 0 ? "" : `, ${waiting} waiting`}` : undefined}
      onClick={() => go({ view: "inbox", task: null, tab: null })}
      {...tip("Needs you", "g i")}
    >
      <Icon name="inbox" />
      {!narrow && <span>Needs you</span>}
      {waiting > 0 && (
        <span className="n hot">
          {waiting}
          {!narrow && <span className="sr"> waiting</span>}
        </span>
      )}
    </button>
  );
}

function Projects() {
  const { data } = useQuery(projectsQuery);
  const current = useRoute((state) => state.project);
  const tasks = useBoard((state) => state.tasks);
  const listed = useMemo(() => {
    const counts = new Map<string, number>();
    for (const task of tasks.values()) {
      counts.set(task.workdir, (counts.get(task.workdir) ?? 0) + 1);
    }
    const known = new Map((data ?? []).map((project) => [project.path, project.name]));
    // A folder with tasks is a project to the eye, whether it was added as one or not.
    for (const path of counts.keys()) if (!known.has(path)) known.set(path, folderName(path));
    return [...known].map(([path, name]) => ({ path, name, count: counts.get(path) ?? 0 }));
  }, [data, tasks]);
  return (
    <div className="group">
      <h2>
        <span>Projects</span>
        <IconButton icon="plus" size="s" label="Add a project" onClick={openAddProject} />
      </h2>
      <div className="group-list">
        {listed.map(({ path, name, count }) => (
          <div key={path} className="nav-row">
            <button
              type="button"
              className={cx("nav thin", current === path && "on")}
              aria-current={current === path ? "page" : undefined}
              title={path}
              onClick={() => go({ view: null, project: current === path ? null : path })}
            >
              <Icon name="folder" />
              <span className="cut">{name}</span>
              <span className="n">{count === 0 ? "" : count}</span>
            </button>
            <MenuButton
              label={`More: ${name}`}
              icon="more"
              size="s"
              align="end"
              entries={() => projectEntries(path)}
            />
          </div>
        ))}
      </div>
    </div>
  );
}

/** What can be done with a project as a whole. */
function projectEntries(path: string): readonly MenuEntry[] {
  return [
    {
      kind: "item",
      label: "Show only its tasks",
      icon: "filter",
      onSelect: () => go({ view: null, project: path }),
    },
    { kind: "item", label: "Set-up", icon: "gear", onSelect: () => openSetup(path) },
  ];
}

const themes: Readonly<Record<Theme, { icon: IconName; word: string; next: Theme }>> = {
  system: { icon: "theme", word: "Theme: as the system", next: "light" },
  light: { icon: "sun", word: "Theme: light", next: "dark" },
  dark: { icon: "moon", word: "Theme: dark", next: "system" },
};

function ThemeButton({ narrow }: { readonly narrow: boolean }) {
  const theme = usePref("ui.theme");
  const { icon, word, next } = themes[theme];
  return (
    <button
      type="button"
      className="nav"
      aria-label={`${word}. Change`}
      onClick={() => later(setPref("ui.theme", next))}
      {...(narrow ? tip(word) : {})}
    >
      <Icon name={icon} />
      {!narrow && <span>{word}</span>}
    </button>
  );
}
