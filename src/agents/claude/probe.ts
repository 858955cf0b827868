import type { Host } from "../../host/types.ts";
import type { Probe, ResolvedHarness } from "../driver.ts";
import { installHintHere } from "../install-hint.ts";
import { descriptor, install } from "./descriptor.ts";
import { parseObject, stringAt } from "./json.ts";

/** Half of the 3 s a probe may take, for each of its two questions. */
const questionMs = 1_400;

/** The environment of every short `claude` command of this harness. */
export function commandEnv(harness: ResolvedHarness, host: Host): Record<string, string> {
  return {
    ...host.baseEnv(),
    ...harness.env,
    ...(harness.home === null ? {} : { CLAUDE_CONFIG_DIR: harness.home }),
    DISABLE_AUTOUPDATER: "1",
  };
}

/**
 * What is installed and logged in: `--version` and `auth status`, both without network (Claude Code
 * 2.1.330, observed: JSON and status 0 when logged in, 1 when not). Never throws.
 */
export async function probe(harness: ResolvedHarness, host: Host): Promise<Probe> {
  const { real, looked } = await host.find(harness.bin ?? descriptor.defaultBin);
  if (real === null) return { kind: "missing", hint: await installHintHere(install, host), looked };
  const env = commandEnv(harness, host);
  const [said, status] = await Promise.all([
    host.run({ argv: [real, "--version"], env, timeoutMs: questionMs * 2 }),
    host.run({ argv: [real, "auth", "status", "--json"], env, timeoutMs: questionMs * 2 }),
  ]);
  const version = /^(\d+\.\d+\.\d+\S*)/.exec(said.stdout.trim())?.[1];
  if (version === undefined) return broken(real, said.spawnError ?? whyNot(real, said));
  const login = parseObject(status.stdout.trim().replaceAll("\n", " "));
  const keyed = hasKey(harness);
  if (login === null && !keyed) return mute(real, version, status.timedOut);
  if (login?.["loggedIn"] !== true && !keyed) {
    return {
      kind: "logged-out",
      path: real,
      version,
      hint: "Run `claude auth login` in a terminal, or give this harness an ANTHROPIC_API_KEY.",
    };
  }
  return { kind: "ready", path: real, version, account: accountOf(login), warning: warn(version) };
}

/** A version that does not say who is logged in: none of those the driver knows. */
function mute(path: string, version: string, timedOut: boolean): Probe {
  const why = timedOut ? "did not answer in time" : "has no answer that Agetor understands";
  return {
    kind: "broken",
    path,
    version,
    why: `\`claude auth status\` of Claude Code ${version} ${why}.`,
    hint: `Update it: Agetor was tested with ${descriptor.tested.to}.`,
  };
}

function hasKey(harness: ResolvedHarness): boolean {
  return Boolean(harness.env["ANTHROPIC_API_KEY"] ?? harness.env["ANTHROPIC_AUTH_TOKEN"]);
}

function accountOf(login: ReturnType<typeof parseObject>): string | null {
  return (
    stringAt(login, "email") ??
    stringAt(login, "organizationName") ??
    stringAt(login, "apiKeySource") ??
    stringAt(login, "authMethod")
  );
}

function whyNot(
  path: string,
  said: { timedOut: boolean; code: number | null; stderr: string },
): string {
  const command = `\`${path} --version\``;
  if (said.timedOut) return `${command} did not answer in time.`;
  if (said.code === 0)
    return `${command} printed no version of Claude Code. Is it another program?`;
  const last = said.stderr.trim().split("\n").at(-1) ?? "";
  return `${command} ended with status ${said.code ?? "unknown"}. ${last}`.trim();
}

function broken(path: string, why: string): Probe {
  return { kind: "broken", path, why, hint: `Run \`${path} --version\` in a terminal to see why.` };
}

function warn(version: string): string | null {
  const { from, to } = descriptor.tested;
  if (compare(version, from) >= 0 && compare(version, to) <= 0) return null;
  const range = from === to ? from : `${from} to ${to}`;
  return `Agetor was tested with Claude Code ${range}; this is ${version}.`;
}

function compare(a: string, b: string): number {
  const [left, right] = [a, b].map((it) => it.split(/[.-]/).slice(0, 3).map(Number));
  for (const [at, value] of (left ?? []).entries()) {
    const other = right?.[at] ?? 0;
    if (value !== other) return value < other ? -1 : 1;
  }
  return 0;
}
