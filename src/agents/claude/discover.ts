import { readdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { AgentCommand, ModelOption } from "../../contract/harness.ts";
import type { Host } from "../../host/types.ts";
import type { Catalogue, ResolvedHarness } from "../driver.ts";
import { isLocalCommand } from "./commands.ts";
import { descriptor } from "./descriptor.ts";
import { type Json, objectAt, objectsAt, parseObject, stringAt } from "./json.ts";
import { commandEnv } from "./probe.ts";

const limitMs = 15_000;
const hello = { type: "control_request", request_id: "1", request: { subtype: "initialize" } };

/**
 * Asking runs nothing of the repository: in this mode the CLI skips the trust dialog and would run
 * the SessionStart hooks of a cloned project (tried), so its settings are left out, and so are all
 * hooks and MCP servers.
 */
const argv = [
  "-p",
  "--input-format",
  "stream-json",
  "--output-format",
  "stream-json",
  "--verbose",
  "--setting-sources",
  "user",
  "--settings",
  '{"disableAllHooks":true}',
  "--strict-mcp-config",
];

/**
 * Models and slash commands as the CLI itself lists them, without a request to the model: the reply
 * to `initialize` of its stream-json mode (Claude Code 2.1.330, observed). Else the curated list.
 */
export async function discover(
  harness: ResolvedHarness,
  bin: string,
  workdir: string,
  host: Host,
): Promise<Catalogue> {
  const answer = await host.run({
    argv: [bin, ...argv],
    cwd: workdir,
    env: commandEnv(harness, host),
    timeoutMs: limitMs,
    input: `${JSON.stringify(hello)}\n`,
  });
  const own = await projectCommands(workdir);
  for (const line of answer.stdout.split("\n")) {
    const reply = objectAt(objectAt(parseObject(line), "response"), "response");
    if (reply === null) continue;
    const said = catalogueOf(reply);
    return { ...said, commands: [...own, ...said.commands] };
  }
  return { ...curated(), commands: own };
}

/** Commands and skills of the project, from their files: `sub/deep.md` is `/sub:deep`. */
async function projectCommands(workdir: string): Promise<AgentCommand[]> {
  const commands = await filesIn(join(workdir, ".claude", "commands"));
  const skills = await filesIn(join(workdir, ".claude", "skills"));
  const names = [
    ...commands
      .filter((it) => it.endsWith(".md"))
      .map((it) => it.slice(0, -3).replaceAll("/", ":")),
    ...skills.filter((it) => /^[^/]+\/SKILL\.md$/.test(it)).map((it) => dirname(it)),
  ];
  return [...new Set(names)]
    .filter((name) => /^[A-Za-z0-9_:-]+$/.test(name))
    .sort()
    .map((name) => ({ name, description: "", argumentHint: null, source: "project" }));
}

async function filesIn(dir: string): Promise<readonly string[]> {
  return readdir(dir, { recursive: true }).catch(() => []);
}

/** What the CLI says it has. Pure. */
export function catalogueOf(reply: Json): Catalogue {
  const models = objectsAt(reply, "models").flatMap(modelOf);
  if (models.length === 0) return { ...curated(), commands: commandsOf(reply) };
  const planner = descriptor.options.models.find(({ id }) => id === "opusplan");
  const listed = models.some(({ id }) => id === "opusplan");
  return {
    // The CLI takes `opusplan` without listing it.
    models: listed || !planner ? models : [...models, { ...planner, default: false }],
    commands: commandsOf(reply),
    source: "probe",
  };
}

function modelOf(model: Json): ModelOption[] {
  const id = stringAt(model, "value");
  if (id === null) return [];
  const levels = model["supportsEffort"] === true ? model["supportedEffortLevels"] : [];
  return [
    {
      id,
      label: stringAt(model, "displayName") ?? id,
      efforts: Array.isArray(levels) ? levels.filter((it) => typeof it === "string") : [],
      default: id === "default",
    },
  ];
}

/** Only commands that start a turn: the list also holds those that act on the terminal. */
function commandsOf(reply: Json): AgentCommand[] {
  return objectsAt(reply, "commands").flatMap((command) => {
    const name = stringAt(command, "name");
    const builtin = command["builtin"] === true;
    if (name === null || name.startsWith("_") || (builtin && isLocalCommand(name))) return [];
    return [
      {
        name,
        description: stringAt(command, "description") ?? "",
        argumentHint: stringAt(command, "argumentHint") || null,
        source: builtin ? "builtin" : "custom",
      },
    ];
  });
}

function curated(): Catalogue {
  return {
    models: descriptor.options.models.map((model) => ({ ...model, default: model.id === "opus" })),
    commands: [],
    source: "curated",
  };
}
