import { join } from "node:path";
import type { AgentCommand, ModelOption } from "../../contract/harness.ts";
import type { Host } from "../../host/types.ts";
import { commandFiles, type DescribedFile, skillFiles } from "../command-files.ts";
import type { Catalogue, ResolvedHarness } from "../driver.ts";
import { isLocalCommand } from "./commands.ts";
import { descriptor } from "./descriptor.ts";
import { type Json, objectAt, objectsAt, parseObject, stringAt } from "./json.ts";
import { claudeHome } from "./paths.ts";
import { commandEnv } from "./probe.ts";

/** Without network Claude tries for 20 s before it answers (2.1.330, observed). */
const limitMs = 40_000;
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
 * to `initialize` of its stream-json mode (Claude Code 2.1.330, observed). Else what this version knows
 * and the account's own files say. The project's commands are always read from its files.
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
  const own = await commandsIn(join(workdir, ".claude"), "project");
  for (const line of answer.stdout.split("\n")) {
    const reply = objectAt(objectAt(parseObject(line), "response"), "response");
    if (reply === null) continue;
    const said = catalogueOf(reply);
    return { ...said, commands: unique([...own, ...said.commands]) };
  }
  const theirs = await commandsIn(claudeHome(harness, host.baseEnv()).config, "user");
  const known = curated();
  return { ...known, commands: unique([...own, ...theirs, ...known.commands]) };
}

/** Commands and skills in a folder of Claude's; a command comes before a skill of its name. */
async function commandsIn(folder: string, source: string): Promise<AgentCommand[]> {
  const [commands, skills] = await Promise.all([
    commandFiles(join(folder, "commands")),
    skillFiles(join(folder, "skills")),
  ]);
  const all = [...commands, ...skills].filter(({ name }) => !isLocalCommand(name));
  return unique(all.map((file: DescribedFile) => ({ ...file, source }))).sort((a, b) =>
    a.name < b.name ? -1 : 1,
  );
}

/** The first of each name. */
function unique(commands: readonly AgentCommand[]): AgentCommand[] {
  const names = new Set<string>();
  return commands.filter(({ name }) => {
    const isNew = !names.has(name);
    names.add(name);
    return isNew;
  });
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

/**
 * Only commands that start a turn: the list also holds those that act on the terminal, and the driver
 * refuses their names whoever brought them.
 */
function commandsOf(reply: Json): AgentCommand[] {
  return objectsAt(reply, "commands").flatMap((command) => {
    const name = stringAt(command, "name");
    const builtin = command["builtin"] === true;
    if (name === null || name.startsWith("_") || isLocalCommand(name)) return [];
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
    commands: descriptor.commands,
    source: "curated",
  };
}
