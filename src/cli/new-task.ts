import { z } from "zod";
import { Harness } from "../contract/harness.ts";
import { CreateTaskBody } from "../contract/task.ts";
import type { CliFault, Server } from "./server.ts";

/** What the fields of a new task are called on the command line. */
const typedAs: Readonly<Record<string, string>> = {
  prompt: "PROMPT",
  workdir: "--dir",
  title: "--title",
  baseRef: "--base",
};

/** What is wrong with a new task as it was typed, in the words it was typed in; null = nothing. */
export async function flawOf(
  server: Server,
  body: Readonly<Record<string, unknown>>,
  fromStdin: boolean,
): Promise<CliFault | null> {
  const issue = CreateTaskBody.safeParse(body).error?.issues[0];
  if (issue === undefined) return null;
  const field = String(issue.path[0]);
  if (field === "agent") return noAgent(server, String(body["agent"]));
  const isPrompt = field === "prompt";
  const name = isPrompt && fromStdin ? "What came from standard input" : typedAs[field];
  const tooLong = issue.code === "too_big";
  const what = tooLong ? `longer than ${issue.maximum} characters` : "empty";
  const hint = tooLong && isPrompt ? "Put it into a file and let the prompt name the file." : null;
  return { exitCode: 2, message: `${name ?? field} is ${what}.`, hint };
}

async function noAgent(server: Server, name: string): Promise<CliFault> {
  const known = await server.ask(z.object({ harnesses: z.array(Harness) }), {
    method: "GET",
    path: "/harnesses",
  });
  if (!known.ok) return known.fault;
  const ids = known.value.harnesses.filter(({ enabled }) => enabled).map(({ id }) => id);
  return {
    exitCode: 1,
    message: `There is no agent "${name}".`,
    hint: `There are ${ids.join(", ")}.`,
  };
}
