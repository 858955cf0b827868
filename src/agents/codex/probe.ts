import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Host, RunOutput } from "../../host/types.ts";
import type { Probe, ResolvedHarness } from "../driver.ts";
import { installHintHere } from "../install-hint.ts";
import { askAppServer } from "./ask.ts";
import { descriptor, install } from "./descriptor.ts";
import { agentEnv } from "./launch.ts";
import { nativeProgram } from "./native.ts";
import { messageOf, oneLine } from "./words.ts";

/** For all of a probe's steps together. */
const limitMs = 2_900;

/** What is installed and logged in, within 3 s and without spending tokens. Never throws. */
export async function probe(harness: ResolvedHarness, host: Host): Promise<Probe> {
  const { real: path, looked } = await host.find(harness.bin ?? descriptor.defaultBin);
  const hint = () => installHintHere(install, host);
  if (path === null) return { kind: "missing", hint: await hint(), looked };
  try {
    return await probeAt(nativeProgram(path), harness, host, hint);
  } catch (cause) {
    return { kind: "broken", path, why: messageOf(cause), hint: await hint() };
  }
}

async function probeAt(
  path: string,
  harness: ResolvedHarness,
  host: Host,
  installHint: () => Promise<string>,
): Promise<Probe> {
  const until = performance.now() + limitMs;
  const left = (): number => Math.max(1, Math.round(until - performance.now()));
  const env = agentEnv(harness, host.baseEnv());
  const said = await host.run({ argv: [path, "--version"], env, timeoutMs: left() });
  const version = /(\d+\.\d+\.\d+\S*)/.exec(said.stdout)?.[1];
  if (said.code !== 0 || version === undefined) return broken(path, said, await installHint());
  const hint = loginHint(env["CODEX_HOME"]);
  // Codex refuses a home that is not there with words that help nobody.
  const home = env["CODEX_HOME"];
  if (home !== undefined && !existsSync(home)) return { kind: "logged-out", path, version, hint };
  const login = await host.run({ argv: [path, "login", "status"], env, timeoutMs: left() });
  const account = oneLine(calm(login.stderr)) || oneLine(calm(login.stdout));
  const ready = { kind: "ready", path, version, warning: versionWarning(version) } as const;
  if (login.code === 0) return { ...ready, account: account.replace(/^Logged in using /, "") };
  if (!/not logged in/i.test(account)) {
    const why = login.timedOut ? "`codex login status` does not answer" : account;
    return {
      kind: "broken",
      path,
      version,
      why: why || "`codex login status` failed",
      hint: checkConfig,
    };
  }
  // A model provider of the person's own needs no OpenAI account.
  const [answer] = await askAppServer({
    argv: [path, "app-server", ...harness.args],
    env,
    limitMs: left(),
    calls: [{ method: "account/read", params: {} }],
  });
  const needsLogin = answer === null || answer === undefined ? null : answer["requiresOpenaiAuth"];
  if (needsLogin === false || (needsLogin === null && ownProvider(env))) {
    return { ...ready, account: null };
  }
  return { kind: "logged-out", path, version, hint };
}

/** What was said without the warnings in front of it: a home in a temporary folder gets one. */
function calm(text: string): string {
  return text
    .split("\n")
    .filter((line) => !line.startsWith("WARNING:"))
    .join("\n");
}

function loginHint(home: string | undefined): string {
  if (home === undefined) return "Run `codex login` in a terminal.";
  return `Run \`mkdir -p '${home}' && CODEX_HOME='${home}' codex login\` in a terminal.`;
}

/** What the config says where there is no app-server to ask. */
function ownProvider(env: Readonly<Record<string, string>>): boolean {
  const home = env["CODEX_HOME"] ?? join(env["HOME"] ?? "/", ".codex");
  const path = join(home, "config.toml");
  if (!existsSync(path)) return false;
  const provider = /^\s*model_provider\s*=\s*["']([^"']+)["']/m.exec(
    readFileSync(path, "utf8"),
  )?.[1];
  return provider !== undefined && provider !== "openai";
}

const checkConfig = "Run `codex login status` in a terminal, and check config.toml.";

function broken(path: string, said: RunOutput, hint: string): Probe {
  return { kind: "broken", path, why: said.spawnError ?? whyNot(path, said), hint };
}

function whyNot(path: string, said: RunOutput): string {
  const command = `\`${path} --version\``;
  if (said.timedOut) return `${command} does not answer`;
  if (said.code === 0) return `${command} printed no version of Codex. Is it another program?`;
  return oneLine(said.stderr) || `${command} ended with status ${said.code ?? "unknown"}`;
}

/** Null inside the range the driver was tested with. */
export function versionWarning(version: string): string | null {
  const { from, to } = descriptor.tested;
  if (compare(version, from) >= 0 && compare(version, to) <= 0) return null;
  const range = from === to ? from : `${from} to ${to}`;
  return `Codex ${version} was not tested with Agetor (tested: ${range}).`;
}

function compare(a: string, b: string): number {
  const [left, right] = [a, b].map((it) => it.split(/[.-]/).slice(0, 3).map(Number));
  for (let at = 0; at < 3; at += 1) {
    const step = (left?.[at] ?? 0) - (right?.[at] ?? 0);
    if (step !== 0) return step;
  }
  return 0;
}
