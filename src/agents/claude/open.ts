import { mkdir, readdir, readFile, rename, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type Fault, fault } from "../../contract/fault.ts";
import { err, ok, type Result } from "../../contract/result.ts";
import type { Host, PaneInfo, ProcessRef } from "../../host/types.ts";
import type { Gone, OpenRequest, Session, SessionIo, SessionRef } from "../driver.ts";
import { Context, type RefData, refData } from "./context.ts";
import { discover } from "./discover.ts";
import { answerDialogs, answersFor } from "./home.ts";
import { numberAt, parseObject, stringAt } from "./json.ts";
import { type ClaudeLaunch, planLaunch } from "./launch.ts";
import { hookMode } from "./modes.ts";
import { type ClaudeHome, claudeHome } from "./paths.ts";
import { printOf } from "./prompt.ts";
import { ClaudeSession } from "./session.ts";
import { ownStatusLine } from "./status-line.ts";

const columns = 160;
const rows = 50;

/** Starts Claude, or takes up the one an earlier try started: the tmux session's name decides. */
export async function open(request: OpenRequest, io: SessionIo): Promise<Result<Session>> {
  const home = claudeHome(request.harness, io.host.baseEnv());
  const launch = planLaunch(request, await ownStatusLine(request, home));
  if (!launch.ok) return launch;
  const origin = await originOf(launch.value, home, request.resume);
  if (!origin.ok) return origin;
  const unanswered = await answerDialogs(home, await answersFor(request));
  if (unanswered !== null) return err(unanswered);
  await write(launch.value);
  const context = contextOf(request, launch.value, home, origin.value, io);
  await context.save({});
  const started = await io.host.tmux.start({
    name: context.name,
    script: launch.value.files.script,
    cwd: request.workplace.cwd,
    env: { ...io.host.baseEnv(), ...launch.value.plan.env },
    columns,
    rows,
  });
  if (!started.ok) return started;
  await context.save({ process: started.value.pane.process });
  const session = new ClaudeSession(context, commandsOf(context));
  await session.begin();
  session.watch();
  return ok(session);
}

/** Takes up a Claude of an earlier server. Only when everything agrees is it ours (M10). */
export async function attach(ref: SessionRef, io: SessionIo): Promise<Session | Gone> {
  const data = refData(ref);
  if (data === null) return gone("never-started", "It was never started.");
  const context = new Context(io, ref, data);
  const pane = await io.host.tmux.pane(context.name);
  if (!pane.ok) return gone("exited", pane.fault.message);
  if (ref.process === null) {
    if (pane.value === null) return gone("never-started", "It was never started.");
    await context.save({ process: pane.value.process });
  }
  const process = context.ref.process;
  const alive = process !== null && (await io.host.alive(process));
  if (pane.value !== null && isForeign(pane.value, process)) {
    return gone("foreign", `Its terminal now runs ${pane.value.command}.`);
  }
  const session = new ClaudeSession(context, commandsOf(context));
  await session.begin();
  if (alive && pane.value?.dead === null) {
    session.watch();
    return session;
  }
  await session.end();
  return gone("exited", pane.value === null ? "Its terminal is gone." : "");
}

/** Another process in our pane. One that has just died may still be shown as living. */
function isForeign(pane: PaneInfo, process: ProcessRef | null): boolean {
  if (pane.dead !== null) return false;
  const { pid, startTime } = pane.process;
  return pid !== process?.pid || (startTime !== "" && startTime !== process.startTime);
}

function gone(why: Gone["why"], detail: string): Gone {
  return { kind: "gone", why, detail };
}

/** tmux sessions of ours whose row is gone, ended and named. */
export async function sweep(live: ReadonlySet<string>, host: Host): Promise<readonly string[]> {
  const keep = new Set([...live].map((id) => `a-${id.toLowerCase()}`));
  const panes = await host.tmux.list();
  if (!panes.ok) return [];
  const swept: string[] = [];
  for (const { name } of panes.value) {
    if (!/^a-[0-9a-hjkmnp-tv-z]{26}$/.test(name) || keep.has(name)) continue;
    if ((await host.tmux.kill(name)).ok) swept.push(name);
  }
  return swept;
}

interface Origin {
  readonly transcript: string | null;
  readonly offset: number;
}

/**
 * Where our part of the transcript begins. A resumed conversation goes on in its old file, so the
 * place is noted before the start; a second try of the same start reads that note.
 */
async function originOf(
  launch: ClaudeLaunch,
  home: ClaudeHome,
  resume: string | null,
): Promise<Result<Origin>> {
  if (resume === null) return ok({ transcript: null, offset: 0 });
  const noted = parseObject(await readFile(launch.files.origin, "utf8").catch(() => ""));
  const path = stringAt(noted, "transcript");
  if (path !== null) return ok({ transcript: path, offset: numberAt(noted, "offset") ?? 0 });
  const found = await findTranscript(home, resume);
  if (found === null) return err(notResumable(resume));
  const origin = { transcript: found, offset: (await stat(found)).size };
  await mkdir(launch.files.dir, { recursive: true, mode: 0o700 });
  await writeFile(`${launch.files.origin}.new`, JSON.stringify(origin), { mode: 0o600 });
  await rename(`${launch.files.origin}.new`, launch.files.origin);
  return ok(origin);
}

/** The folder of a project follows from its path, but a conversation may have begun elsewhere. */
async function findTranscript(home: ClaudeHome, conversation: string): Promise<string | null> {
  if (!/^[0-9a-fA-F-]{36}$/.test(conversation)) return null;
  const projects = join(home.config, "projects");
  for (const folder of await readdir(projects).catch(() => [])) {
    const path = join(projects, folder, `${conversation}.jsonl`);
    if (await stat(path).catch(() => null)) return path;
  }
  return null;
}

function notResumable(conversation: string): Fault {
  return fault(
    "not_resumable",
    "Claude no longer has this conversation.",
    "Start again with your message; the files are as they were left.",
    { conversation },
  );
}

async function write(launch: ClaudeLaunch): Promise<void> {
  const { hooks, reports } = launch.files;
  for (const dir of [hooks, reports]) await mkdir(dir, { recursive: true, mode: 0o700 });
  for (const { path, content, mode } of launch.plan.files) {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await writeFile(path, content, { mode });
  }
}

function contextOf(
  request: OpenRequest,
  launch: ClaudeLaunch,
  home: ClaudeHome,
  origin: Origin,
  io: SessionIo,
): Context {
  const { positional } = launch;
  const data: RefData = {
    home,
    configDir: request.harness.home,
    bin: request.bin,
    cwd: request.workplace.cwd,
    transcript: origin.transcript,
    startOffset: origin.offset,
    resumed: request.resume !== null,
    pending:
      positional === null
        ? null
        : { messageId: request.firstMessage.id, print: printOf(positional) },
    launched: positional !== null,
    bridged: request.bridge !== null,
    mode: hookMode(request.mode),
  };
  const ref: SessionRef = {
    sessionId: request.sessionId,
    kind: "claude-code",
    dir: request.dir,
    agentSessionId: launch.conversation,
    process: null,
    data: { ...data },
  };
  return new Context(io, ref, data);
}

/** The slash commands of this Claude, asked for once; the ref keeps no keys, and none are needed. */
function commandsOf(context: Context): () => Promise<ReadonlySet<string>> {
  let known: Promise<ReadonlySet<string>> | null = null;
  return () => {
    const { bin, configDir, cwd } = context.data;
    const harness = {
      id: "",
      kind: "claude-code" as const,
      label: "",
      bin,
      args: [],
      home: configDir,
      env: {},
    };
    known ??= discover(harness, bin, cwd, context.io.host).then(
      ({ commands }) => new Set(commands.map(({ name }) => name)),
    );
    return known;
  };
}
