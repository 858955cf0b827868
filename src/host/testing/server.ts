/**
 * Stands for a server that dies: starts the session directory and the tmux session it is told to,
 * says so, and waits for its end. Run as a program by the tests; importing it does nothing.
 */
import { createHost } from "../host.ts";
import type { DirectoryLaunch } from "../types.ts";

export interface ServerOrder {
  readonly dataDir: string;
  readonly dir: string;
  readonly launch: DirectoryLaunch;
  readonly tmux: { readonly name: string; readonly script: string; readonly cwd: string } | null;
  /** How long a line is written into the agent's input without waiting for it to be taken; 0 = none. */
  readonly halfLine: number;
}

async function serve(order: ServerOrder): Promise<void> {
  const host = createHost({ dataDir: order.dataDir, env: process.env });
  const directory = host.directory(order.dir);
  const started = await directory.start(order.launch);
  if (!started.ok) throw new Error(started.fault.message);
  if (order.tmux !== null) {
    const pane = await host.tmux.start({
      ...order.tmux,
      env: host.baseEnv(),
      columns: 80,
      rows: 24,
    });
    if (!pane.ok) throw new Error(pane.fault.message);
  }
  if (order.halfLine > 0) {
    const writer = await directory.writer();
    if (writer.ok) writer.value.write("h".repeat(order.halfLine)).catch(() => undefined);
  }
  process.stdout.write("ready\n");
  await new Promise(() => undefined);
}

if (import.meta.main) await serve(JSON.parse(process.argv[2] ?? "") as ServerOrder);
