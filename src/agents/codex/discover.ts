import type { Host } from "../../host/types.ts";
import type { Catalogue, ResolvedHarness } from "../driver.ts";
import { askAppServer } from "./ask.ts";
import { curated, descriptor } from "./descriptor.ts";
import { type Fields, objects, text } from "./json.ts";
import { agentEnv } from "./launch.ts";
import { nativeProgram } from "./native.ts";
import { oneLine } from "./words.ts";

const limitMs = 5_000;

/** The account's models and the skills seen from a folder, from `model/list` and `skills/list`. */
export async function discover(
  harness: ResolvedHarness,
  workdir: string,
  host: Host,
): Promise<Catalogue> {
  const { real: path } = await host.find(harness.bin ?? descriptor.defaultBin);
  if (path === null) return curated;
  const [listed, skills] = await askAppServer({
    argv: [nativeProgram(path), "app-server", ...harness.args],
    env: agentEnv(harness, host.baseEnv()),
    limitMs,
    calls: [
      { method: "model/list", params: {} },
      { method: "skills/list", params: { cwds: [workdir] } },
    ],
  });
  const models = objects(listed ?? {}, "data").flatMap(modelOf);
  if (models.length === 0) return curated;
  const commands = objects(skills ?? {}, "data").flatMap((entry) => objects(entry, "skills"));
  return { models, commands: commands.flatMap(skillOf), source: "probe" };
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
