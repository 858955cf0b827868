import type { ProjectSetup } from "../../contract/project.ts";

/** A project's set-up as it is typed. */
export interface SetupDraft {
  readonly setup: string;
  readonly teardown: string;
  /** One pattern per line. */
  readonly copy: string;
  readonly ports: string;
}

export type SetupErrors = { readonly [K in keyof SetupDraft]?: string };

export function draftOf({ setup, teardown, copy, ports }: ProjectSetup): SetupDraft {
  return { setup, teardown, copy: copy.join("\n"), ports: String(ports) };
}

/** What a draft says, or what is wrong with it, by field. */
export function readDraft(
  draft: SetupDraft,
): { readonly setup: ProjectSetup } | { readonly errors: SetupErrors } {
  const ports = draft.ports.trim();
  if (!/^\d{1,3}$/.test(ports) || Number(ports) > 100) {
    return { errors: { ports: "A whole number from 0 to 100." } };
  }
  const copy = draft.copy
    .split("\n")
    .map((line) => line.trimEnd())
    .filter((line) => line.trim() !== "" && !line.startsWith("#"));
  const { setup, teardown } = draft;
  return { setup: { setup, teardown, copy, ports: Number(ports) } };
}

/** What the server refused, at the fields it is about; null when it is about something else. */
export function errorsIn(details: unknown): SetupErrors | null {
  const issues = (details as { issues?: unknown } | null)?.issues;
  if (!Array.isArray(issues)) return null;
  const errors: Record<string, string> = {};
  for (const issue of issues as { path?: unknown[]; message?: unknown }[]) {
    const [field, index] = issue.path ?? [];
    if (typeof field !== "string" || !["setup", "teardown", "copy", "ports"].includes(field)) {
      continue;
    }
    const where = field === "copy" && index !== undefined ? `Line ${Number(index) + 1}: ` : "";
    errors[field] ??= `${where}${String(issue.message)}.`;
  }
  return Object.keys(errors).length === 0 ? null : errors;
}
