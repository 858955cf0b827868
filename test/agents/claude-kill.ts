import { basename } from "node:path";
import { until } from "./claude-desk.ts";
import type { Job, Office } from "./claude-office.ts";

/** Ends a task's agent from outside; resolves when the server has seen it and closed its terminal. */
export async function killAgent(
  office: Office,
  job: Job,
  signal: "SIGTERM" | "SIGKILL" = "SIGTERM",
): Promise<void> {
  const { tmux } = office.host;
  const name = `a-${basename(await job.session()).toLowerCase()}`;
  const pane = await tmux.pane(name);
  if (!pane.ok || pane.value === null) throw new Error(`there is no terminal ${name}`);
  process.kill(pane.value.process.pid, signal);
  await until(async () => {
    const now = await tmux.pane(name);
    return !now.ok || now.value === null;
  });
}
