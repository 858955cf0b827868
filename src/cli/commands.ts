import { resolve } from "node:path";
import { z } from "zod";
import { Interaction } from "../contract/interaction.ts";
import { columns } from "../contract/primitives.ts";
import { err, ok, type Result } from "../contract/result.ts";
import { Run } from "../contract/run.ts";
import { Task, TaskCounts } from "../contract/task.ts";
import type { Arguments, CommandName } from "./arguments.ts";
import type { CliFault, Env, Server } from "./server.ts";
import { oneLine, table } from "./text.ts";

/** The terminal and the machine, as far as a command may use them. */
export interface Shell {
  readonly env: Env;
  readonly cwd: string;
  readStdin(): Promise<string>;
  /** Opens a URL in the person's browser; false = there is none. */
  browse(url: string): boolean;
}

/** What a command prints. */
export type Output = Promise<Result<string, CliFault>>;
type Command = (args: Arguments, server: Server, shell: Shell) => Output;

export const commands: Readonly<Record<Exclude<CommandName, "help">, Command>> = {
  open: openBoard,
  status: showStatus,
  list: listTasks,
  add: addTask,
  start: startTask,
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
  const made = await server.ask(z.object({ task: Task, run: Run.nullable() }), {
    method: "POST",
    path: "/tasks",
    body: {
      prompt,
      workdir: resolve(shell.cwd, typeof dir === "string" ? dir : "."),
      ...(typeof agent === "string" ? { agent } : {}),
      ...(typeof title === "string" ? { title } : {}),
      ...(typeof base === "string" ? { baseRef: base } : {}),
      ...(start === true ? { start: true } : {}),
    },
  });
  if (!made.ok) return made;
  const { task, run } = made.value;
  if (flags["json"] === true) return ok(json(made.value));
  return ok(
    `${shortId(task)}  ${run === null ? "added" : "started"}: ${oneLine(task.title, 72)}\n`,
  );
}

async function startTask({ words, flags }: Arguments, server: Server): Output {
  const task = await findTask(server, words[0] ?? "");
  if (!task.ok) return task;
  const started = await server.ask(z.object({ task: Task, run: Run }), {
    method: "POST",
    path: `/tasks/${task.value}/start`,
  });
  if (!started.ok) return started;
  if (flags["json"] === true) return ok(json(started.value));
  return ok(`${shortId(started.value.task)}  started: ${oneLine(started.value.task.title, 72)}\n`);
}

/** The id of a task named by its id or by the end of it. */
async function findTask(server: Server, name: string): Promise<Result<string, CliFault>> {
  const wanted = name.toUpperCase();
  if (wanted.length === 26) return ok(encodeURIComponent(wanted));
  const tasks = await allTasks(server, {});
  if (!tasks.ok) return tasks;
  const [only, ...others] = tasks.value.filter(({ id }) => wanted !== "" && id.endsWith(wanted));
  if (only !== undefined && others.length === 0) return ok(only.id);
  const message = only === undefined ? `There is no task "${name}".` : `"${name}" is not one task.`;
  return err({ exitCode: 1, message, hint: "`npm run agetor -- list` shows what there is." });
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
