import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { quotedWord } from "../../domain/commands.ts";
import type { OpenRequest } from "../driver.ts";
import { objectAt, parseObject, stringAt } from "./json.ts";
import type { ClaudeHome, SessionFiles } from "./paths.ts";

/**
 * The status line part of our `--settings`: it takes the place of the person's own, so it runs that
 * one after itself, with the same input and the same shell. Claude Code 2.1.330 runs the command at
 * its start and 300 ms after a message of the main agent, a change of mode or a resize, and ends it
 * when the next one begins (observed). Its input is one line of JSON with cost and context window;
 * a report that says nothing new is not kept, or a home with `refreshInterval` would fill the disk.
 * Settings of all levels are merged by key, so padding and interval of the person's own stay.
 */
export function statusLineSettings(files: SessionFiles, own: string | null): unknown {
  const command = [
    "x=$(cat)",
    `(${keep(files).join("; ")}) 2>/dev/null`,
    own === null ? "exit 0" : `exec /bin/sh -c ${quotedWord(own)} <<AGETOR\n$x\nAGETOR`,
  ];
  return { type: "command", command: command.join("\n") };
}

/** Written whole under a hidden name, then renamed: a reader never sees half a report. */
function keep(files: SessionFiles): readonly string[] {
  return [
    `cd ${quotedWord(files.reports)} || exit 0`,
    "umask 077",
    ...between("c", '"total_cost_usd":', ","),
    ...between("w", '"context_window":', "\\}"),
    's="$c $w"',
    "o=",
    "[ ! -r said ] || IFS= read -r o < said",
    '[ "$s" != "$o" ] || exit 0',
    'n="$(date +%s%N)-$$"',
    'printf \'%s\\n\' "$x" > ".$n" && mv ".$n" "$n.json" && printf \'%s\\n\' "$s" > said',
    `echo + >> ${quotedWord(files.live)}`,
  ];
}

/** Puts what stands in `x` behind one text and before another into a variable: no process for it. */
function between(name: string, from: string, to: string): readonly string[] {
  return [`${name}=\${x#*${quotedWord(from)}}`, `${name}=\${${name}%%${to}*}`];
}

/**
 * The status line Claude would run without us, or null. The places in the order in which 2.1.330
 * lets them win (tried): local settings of the repository's main worktree, then of the folder it
 * starts in, that folder's project settings, the person's own.
 */
export async function ownStatusLine(
  request: Pick<OpenRequest, "workplace" | "harness">,
  home: ClaudeHome,
): Promise<string | null> {
  const { cwd, repo } = request.workplace;
  const local = [...(repo === null ? [] : [repo.mainRoot]), cwd];
  const places = [
    ...local.map((dir) => ({ source: "local", path: join(dir, ".claude/settings.local.json") })),
    { source: "project", path: join(cwd, ".claude/settings.json") },
    { source: "user", path: join(home.config, "settings.json") },
  ];
  const sources = settingSources(request.harness.args);
  for (const { source, path } of places) {
    if (sources !== null && !sources.includes(source)) continue;
    const text = await readFile(path, "utf8").catch(() => "");
    const command = stringAt(objectAt(parseObject(text), "statusLine"), "command");
    if (command !== null) return command;
  }
  return null;
}

/** The levels of settings the harness lets Claude read; null = all. */
function settingSources(args: readonly string[]): readonly string[] | null {
  const flag = "--setting-sources";
  const at = args.findLastIndex((arg) => arg === flag || arg.startsWith(`${flag}=`));
  if (at < 0) return null;
  const value = args[at] === flag ? (args[at + 1] ?? "") : (args[at] ?? "").slice(flag.length + 1);
  return value.split(",").map((each) => each.trim());
}
