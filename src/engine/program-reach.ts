import { realpathSync } from "node:fs";
import type { ResolvedHarness, Workplace } from "../agents/driver.ts";
import type { NoticeData } from "../contract/event.ts";

/** Whether an agent's own program lies where the agent works: then it can change it (TRUST-05). */
export function isWithinReach(program: string, { cwd, repo }: Workplace): boolean {
  const places = repo === null ? [cwd] : [cwd, repo.mainRoot];
  return places.some((place) => {
    const real = realOr(place);
    return real !== "/" && realOr(program).startsWith(`${real}/`);
  });
}

export function withinReach({ label, bin }: Pick<ResolvedHarness, "label" | "bin">): NoticeData {
  const named = bin === null ? "" : ` (${bin})`;
  return {
    level: "warning",
    code: "program_within_reach",
    message: `The program of ${label}${named} lies in the folder that the agent works in.`,
    hint: "The agent, or the repository, can change what runs at its next start. Use a program elsewhere.",
  };
}

function realOr(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
