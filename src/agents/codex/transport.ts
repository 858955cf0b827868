import type { Host } from "../../host/types.ts";

const limitMs = 3_000;

export type Transport = "app-server" | "exec";

/** Which of its two faces this Codex has: builds without `app-server` run one process per message. */
export async function transportOf(
  bin: string,
  env: Readonly<Record<string, string>>,
  host: Host,
): Promise<Transport> {
  const help = await host.run({ argv: [bin, "app-server", "--help"], env, timeoutMs: limitMs });
  // Too slow to say is not a no: the start itself will tell.
  return help.code === 0 || help.timedOut ? "app-server" : "exec";
}
