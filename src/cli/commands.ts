import { z } from "zod";
import { Interaction } from "../contract/interaction.ts";
import { Column, columns, Ulid } from "../contract/primitives.ts";
import { err, ok, type Result } from "../contract/result.ts";
import { Run } from "../contract/run.ts";
import { Task, TaskCounts } from "../contract/task.ts";
import type { Arguments } from "./arguments.ts";
import { flawOf } from "./new-task.ts";
import { type CliFault, folderNamed, type Server } from "./server.ts";
import type { Output, Shell } from "./shell.ts";
import { npmCommand, oneLine, table } from "./text.ts";
import { trustFolder, withTrust } from "./trust.ts";
import type { CommandName } from "./usage.ts";

type Command = (args: Arguments, server: Server, shell: Shell) => Output;

export const commands: Readonly<Record<Exclude<CommandName, "help">, Command>> = {
  open: openBoard,
  status: showStatus,
  list: listTasks,
  add: addTask,
  start: startTask,
  trust: trustFolder,
};

const Code = z.object({ code: z.string() });
const Info = z.object({ version: z.string(), port: z.number(), dataDir: z.string() });
const TaskPage = z.object({
  tasks: z.array(Task),
  nextCursor: z.string().nullable(),
  counts: TaskCounts,
});

async function openBoard({ flags }: Arguments, server: Server, shell: Shell): Output {
  const info = await server.ask(Info, { method: "GET", path: "/info" });
  if (!info.ok) return info;
  const code = await server.ask(Code, { method: "POST", path: "/auth/code" });
  if (!code.ok) return code;
  const url = `http://127.0.0.1:${info.value.port}/#code=${code.value.code}`;
  const quiet = flags["print"] === true || shell.env["AGETOR_NO_OPEN"] === "1";
  const opened = !quiet && shell.browse(url);
  const note = opened ? "Opening the board. If nothing happens, use this link" : "Open this link";
  return ok(`${note} within a minute; it works once:\n${url}\n`);
}

async function showStatus({ flags }: Arguments, server: Server): Output {
  const info = await server.ask(Info, { method: "GET", path: "/info" });
  if (!info.ok) return info;
  const page = await server.ask(TaskPage, { method: "GET", path: "/tasks", query: { limit: "1" } });
  if (!page.ok) return page;
  const waiting = await server.ask(z.object({ interactions: z.array(Interaction) }), {
    method: "GET",
    path: "/interactions/pending",
  });
  if (!waiting.ok) return waiting;
  const { version, port, dataDir } = info.value;
  const { counts } = page.value;
  const pending = waiting.value.interactions.length;
  if (flags["json"] === true) {
    return ok(json({ running: true, pid: server.pid, version, port, dataDir, counts, pending }));
  }
  const tasks = columns.map((column) => `${counts[column]} ${column}`).join(", ");
  return ok(
    table([
      ["server", `Agetor ${version}, http://127.0.0.1:${port}, process ${server.pid}`],
      ["data", dataDir],
      ["tasks", tasks],
      ["waiting for you", pending === 0 ? "nothing" : `${pending}`],
    ]),
  );
}

async function listTasks({ flags }: Arguments, server: Server): Output {
  const column = flags["column"];
  if (typeof column === "string" && !Column.safeParse(column).success) {
    const hint = `The columns are ${columns.join(", ")}.`;
    return err({ exitCode: 2, message: `There is no column "${column}".`, hint });
  }
  const tasks = await allTasks(server, typeof column === "string" ? { column } : {});
  if (!tasks.ok) return tasks;
  if (flags["json"] === true) return ok(json(tasks.value));
  if (tasks.value.length === 0) return ok("No tasks.\n");
  return ok(
    table(
      tasks.value.map((task) => [
        shortId(task),
        task.column,
        task.runStatus ?? "–",
        task.agent,
        oneLine(task.title, 72),
      ]),
    ),
  );
}

async function addTask({ words, flags }: Arguments, server: Server, shell: Shell): Output {
  const [given = ""] = words;
  const prompt = given === "-" ? await shell.readStdin() : given;
  const { dir, agent, title, base, start } = flags;
  const body = {
    prompt,
    workdir: folderNamed(typeof dir === "string" ? dir : ".", shell),
    ...(typeof agent === "string" ? { agent } : {}),
    ...(typeof title === "string" ? { title } : {}),
    ...(typeof base === "string" ? { baseRef: base } : {}),
    ...(start === true ? { start: true } : {}),
  };
  const flaw = await flawOf(server, body, given === "-");
  if (flaw !== null) return err(flaw);
  const made = await server.ask(z.object({ task: Task, run: Run.nullable() }), {
    method: "POST",
    path: "/tasks",
    body,
  });
  if (!made.ok) return err(await withTrust(server, made.fault, flags));
  const { task, run } = made.value;
  if (flags["json"] === true) return ok(json(made.value));
  return ok(
    `${shortId(task)}  ${run === null ? "added" : "started"}: ${oneLine(task.title, 72)}\n`,
  );
}

async function startTask({ words, flags }: Arguments, server: Server): Output {
  const task = await findTask(server, words[0] ?? "", flags);
  if (!task.ok) return task;
  const started = await server.ask(z.object({ task: Task, run: Run }), {
    method: "POST",
    path: `/tasks/${task.value}/start`,
  });
  if (!started.ok) return err(await withTrust(server, started.fault, flags));
  if (flags["json"] === true) return ok(json(started.value));
  return ok(`${shortId(started.value.task)}  started: ${oneLine(started.value.task.title, 72)}\n`);
}

/** The id of a task named by its id or by the end of it. */
async function findTask(
  server: Server,
  name: string,
  flags: Arguments["flags"],
): Promise<Result<string, CliFault>> {
  const wanted = name.trim().toUpperCase();
  if (Ulid.safeParse(wanted).success) return ok(wanted);
  const tasks = await allTasks(server, {});
  if (!tasks.ok) return tasks;
  const found = tasks.value.filter(({ id }) => id.endsWith(wanted));
  const [only, ...others] = found;
  if (only !== undefined && others.length === 0) return ok(only.id);
  if (only === undefined) {
    const hint = `\`${npmCommand(["list"], flags)}\` shows what there is.`;
    return err({ exitCode: 1, message: `There is no task "${name}".`, hint });
  }
  const which = found.slice(0, 10).map(({ id, title }) => `  ${id}  ${oneLine(title, 60)}\n`);
  const hint = `Name one by more of its id:\n${which.join("")}`.trimEnd();
  return err({ exitCode: 1, message: `${found.length} tasks end with "${name}".`, hint });
}

async function allTasks(
  server: Server,
  query: Readonly<Record<string, string>>,
): Promise<Result<readonly Task[], CliFault>> {
  const tasks: Task[] = [];
  let cursor: string | null = null;
  do {
    const position: Record<string, string> = cursor === null ? {} : { cursor };
    const page = await server.ask(TaskPage, {
      method: "GET",
      path: "/tasks",
      query: { limit: "500", ...query, ...position },
    });
    if (!page.ok) return page;
    tasks.push(...page.value.tasks);
    cursor = page.value.nextCursor;
  } while (cursor !== null);
  return ok(tasks);
}

function shortId(task: Task): string {
  return task.id.slice(-8);
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
