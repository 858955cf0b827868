import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { useBoard } from "../../state/board.ts";
import { projectsQuery, queries } from "../../state/queries.ts";
import { Combobox, type ComboOption } from "../../ui/combobox.tsx";
import { Icon } from "../../ui/icons.tsx";
import { call } from "../../wire/client.ts";
import { folderName } from "../filter.ts";

export interface ProjectPickerProps {
  readonly value: string | null;
  readonly onChange: (path: string) => void;
  /** A typed path could not be added as a project. */
  readonly onError: (error: unknown) => void;
}

/** Where the agent works: a project, a folder used before, or any path. */
export function ProjectPicker({ value, onChange, onError }: ProjectPickerProps) {
  const { data } = useQuery(projectsQuery);
  const tasks = useBoard((state) => state.tasks);
  const options = useMemo(() => {
    const projects = (data ?? []).map(
      ({ path, name }): ComboOption => ({
        value: path,
        label: name,
        detail: parent(path),
        icon: "folder",
        group: "Projects",
      }),
    );
    const known = new Set(projects.map((option) => option.value));
    const recent = new Set([...tasks.values()].map((task) => task.workdir));
    const others = [...recent]
      .filter((path) => !known.has(path))
      .slice(0, 12)
      .map(
        (path): ComboOption => ({
          value: path,
          label: folderName(path),
          detail: parent(path),
          icon: "clock",
          group: "Used before",
        }),
      );
    return [...projects, ...others];
  }, [data, tasks]);
  const pick = (path: string): void => {
    onChange(path);
    if (!options.some((option) => option.value === path)) addProject(path).catch(onError);
  };
  return (
    <Combobox
      label="Project"
      value={value}
      options={options}
      onChange={pick}
      placeholder="Find a project, or type a path"
      custom={(text) =>
        /^[/~]/.test(text)
          ? { value: text, label: text, icon: "plus", group: "Add this folder" }
          : null
      }
      triggerClass="btn ghost s"
      trigger={
        <>
          <Icon name="folder" size={14} />
          {value === null ? "Choose a project" : folderName(value)}
          <Icon name="chev-d" size={12} />
        </>
      }
    />
  );
}

function parent(path: string): string {
  return path.slice(0, path.lastIndexOf("/")) || "/";
}

async function addProject(path: string): Promise<void> {
  await call("POST /projects", { body: { path } });
  await queries.invalidateQueries({ queryKey: projectsQuery.queryKey });
}
