import { z } from "zod";
import { Trust } from "../contract/project.ts";
import { err, ok, type Result } from "../contract/result.ts";
import type { Arguments } from "./arguments.ts";
import { type CliFault, folderNamed, type Server } from "./server.ts";
import type { Output, Shell } from "./shell.ts";
import { npmCommand, oneLine } from "./text.ts";

const get = (server: Server, path: string): Promise<Result<Trust, CliFault>> =>
  server.ask(Trust, { method: "GET", path: "/projects/trust", query: { path } });

/** `agetor trust`: shows what configures agents in a repository, and lets them run there. */
export async function trustFolder(
  { words, flags }: Arguments,
  server: Server,
  shell: Shell,
): Output {
  const seen = await get(server, folderNamed(words[0] ?? ".", shell));
  if (!seen.ok) return seen;
  const { path, hash, trusted } = seen.value;
  const place = oneLine(path, 4096);
  if (trusted) return ok(`${listed(seen.value)}Agents may run in ${place} already.\n`);
  const list = listed(seen.value);
  if (flags["yes"] !== true) {
    const agreed = await shell.confirm(`${list}Let agents run in ${place}? [y/N] `);
    if (agreed === null) {
      const message = `${list}Nobody is at a terminal to be asked whether agents may run in ${place}.`;
      const hint = "Look at these files, then add --yes.";
      return err({ exitCode: 1, message, hint });
    }
    if (!agreed) {
      const message = `Nothing has changed: agents may not run in ${place}.`;
      return err({ exitCode: 1, message, hint: null });
    }
  }
  // By the hash of what was shown: what has changed since is refused.
  const accepted = await server.ask(Trust, {
    method: "POST",
    path: "/projects/trust",
    body: { path, hash },
  });
  if (!accepted.ok) return accepted;
  const shown = flags["yes"] === true ? list : "";
  return ok(`${shown}Agents may run in ${place} now.\n`);
}

const Required = z.object({ code: z.literal("trust_required"), details: Trust });

/** What was refused for want of trust, with the list that is to be trusted and the command for it. */
export async function withTrust(
  server: Server,
  fault: CliFault,
  flags: Arguments["flags"],
): Promise<CliFault> {
  const required = Required.safeParse(fault.refusal);
  if (!required.success) return fault;
  const { path, hash, files } = required.data.details;
  const message = files.length === 0 ? fault.message : listed(required.data.details).trimEnd();
  const now = await get(server, path);
  if (now.ok && now.value.hash !== hash) {
    const hint =
      "They are those of the commit the task starts from, not of the one checked out. Trust them on the board, where the task is started.";
    return { ...fault, message, hint };
  }
  const command = npmCommand(["trust", path], flags);
  return { ...fault, message, hint: `Let agents run there, then try again:\n  ${command}` };
}

function listed({ path, files }: Trust): string {
  const place = oneLine(path, 4096);
  if (files.length === 0) return `${place} ships no agent configuration.\n`;
  const lines = files.map((file) => `  ${oneLine(file.path, 4096)}\n`);
  const what =
    files.length === 1 ? "1 file that configures" : `${files.length} files that configure`;
  return `${place} ships ${what} agents:\n${lines.join("")}`;
}
