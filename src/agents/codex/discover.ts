import { join } from "node:path";
import type { Host } from "../../host/types.ts";
import { skillFiles } from "../command-files.ts";
import type { Catalogue, ResolvedHarness } from "../driver.ts";
import { askAppServer } from "./ask.ts";
import { curated, descriptor } from "./descriptor.ts";
import { type Fields, objects, text } from "./json.ts";
import { agentEnv } from "./launch.ts";
import { nativeProgram } from "./native.ts";
import { oneLine } from "./words.ts";

const limitMs = 5_000;

/**
 * The account's models and the skills seen from a folder, from `model/list` and `skills/list`; else the
 * curated models and the skills in the account's own folder. Prompts (`$CODEX_HOME/prompts`) are not
 * offered: over this protocol `/prompts:name` reaches the model as these very letters (0.169.0,
 * observed).
 */
export async function discover(
  harness: ResolvedHarness,
  workdir: string,
  host: Host,
): Promise<Catalogue> {
  const { real: path } = await host.find(harness.bin ?? descriptor.defaultBin);
  const env = agentEnv(harness, host.baseEnv());
  if (path === null) return withoutAsking(env);
  const [listed, skills] = await askAppServer({
    argv: [nativeProgram(path), "app-server", ...harness.args],
    env,
    limitMs,
    calls: [
      { method: "model/list", params: {} },
      { method: "skills/list", params: { cwds: [workdir] } },
    ],
  });
  const models = objects(listed ?? {}, "data").flatMap(modelOf);
  if (models.length === 0) return withoutAsking(env);
  const commands = objects(skills ?? {}, "data").flatMap((entry) => objects(entry, "skills"));
  return { models, commands: commands.flatMap(skillOf), source: "probe" };
}

async function withoutAsking(env: Readonly<Record<string, string>>): Promise<Catalogue> {
  const home = env["CODEX_HOME"] ?? join(env["HOME"] ?? "/", ".codex");
  const skills = await skillFiles(join(home, "skills"));
  const commands = skills.map((skill) => ({ ...skill, name: `$${skill.name}`, source: "user" }));
  return { ...curated, commands };
}

function modelOf(model: Fields): Catalogue["models"] {
  const id = text(model, "model") ?? text(model, "id");
  if (id === null || model["hidden"] === true) return [];
  const efforts = objects(model, "supportedReasoningEfforts").flatMap(
    (it) => text(it, "reasoningEffort") ?? [],
  );
  const label = text(model, "displayName") ?? id;
  return [{ id, label, efforts, default: model["isDefault"] === true }];
}

/** A skill is named in the message as `$name`; Codex has no slash commands over this protocol. */
function skillOf(skill: Fields): Catalogue["commands"] {
  const name = text(skill, "name");
  if (name === null || skill["enabled"] === false) return [];
  const said = text(skill, "shortDescription") ?? text(skill, "description");
  const description = oneLine(said ?? "");
  const source = text(skill, "scope") ?? "skill";
  return [{ name: `$${name}`, description, argumentHint: null, source }];
}
