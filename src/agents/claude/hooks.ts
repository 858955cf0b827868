import { quotedWord } from "../../domain/commands.ts";
import { askUserTool } from "./names.ts";
import type { SessionFiles } from "./paths.ts";

/** Events whose payload opens, closes or blocks a turn: each becomes one file (M1). */
export const spooledEvents = [
  "SessionStart",
  "SessionEnd",
  "UserPromptSubmit",
  "Stop",
  "StopFailure",
  "SubagentStart",
  "SubagentStop",
  "PermissionRequest",
] as const;

/** Longer than anyone takes, in seconds: Claude ends hooks and calls that take longer (tried). */
export const askTimeout = 86_400;

/**
 * The hooks part of our `--settings`. All are command hooks of a few lines of POSIX sh: they need no
 * server, port or token, so nothing is lost while we are away. They always end with status 0 and
 * say nothing, because status 2 would block the tool, and a session directory may be gone before
 * its agent. Payloads come on stdin (Claude Code 2.1.330, observed; about 4 ms each).
 */
export function hookSettings(
  files: SessionFiles,
  /** Whether permission dialogs are brought to the person by our bridge. */
  asks: boolean,
): Record<string, unknown> {
  const hooks: Record<string, unknown> = {};
  for (const event of spooledEvents) hooks[event] = entry(command(spool(files), 60));
  hooks["MessageDisplay"] = entry(command(append(files), 5));
  hooks["PreToolUse"] = entry(command(gate(files), askTimeout));
  // Where a turn takes in what was queued, and where it ends and the queue's next one begins.
  hooks["PostToolBatch"] = entry(command(held(files), askTimeout));
  hooks["Stop"] = entry(command(spool(files), 60), command(held(files), askTimeout));
  if (asks) {
    // Beside the spooling one, not instead of it: they run at the same time.
    const told = command(spool(files), 60);
    hooks["PermissionRequest"] = entry(told, command(ask(files), askTimeout));
  }
  return hooks;
}

function entry(...hooks: unknown[]): unknown {
  return [{ hooks }];
}

function command(text: string, timeout: number): unknown {
  return { type: "command", command: text, timeout };
}

/** Prints the answer; without its script it prints nothing, so the dialog stays. */
function ask(files: SessionFiles): string {
  const script = quotedWord(files.ask);
  return `[ -r ${script} ] || exit 0; exec /bin/sh ${script}`;
}

/** Written whole under a hidden name, then renamed: a reader never sees half a payload. */
function spool(files: SessionFiles): string {
  return [
    `cd ${quotedWord(files.hooks)} 2>/dev/null || exit 0`,
    "umask 077",
    'n="$(date +%s%N)-$$"',
    'cat > ".$n" && mv ".$n" "$n.json"',
    `echo + >> ${quotedWord(files.live)}`,
    "exit 0",
  ].join("; ");
}

/** Only feeds live text: one line in a file that is read while somebody is there. */
function append(files: SessionFiles, ...then: string[]): string {
  return [
    `cd ${quotedWord(files.dir)} 2>/dev/null || exit 0`,
    "umask 077",
    "x=$(cat)",
    "printf '%s\\n' \"$x\" >> live",
    ...then,
    "exit 0",
  ].join("; ");
}

/** Waits while Claude is to be held still, for as long as it takes. Costs no process else. */
const whileHalted = "while [ -e halt ]; do sleep 0.1; done";

/**
 * Has Claude ask before a tool that would run in a more permissive mode than is wished for by now.
 * The first `permission_mode` and `tool_name` are Claude's own: what a tool is given comes behind
 * them, and its quotes are escaped wherever it is text (2.1.330, observed). What cannot be read is
 * asked about. Our own tool is a question already.
 */
const strictly = [
  "if [ -r modes ]; then",
  `m=\${x#*'"permission_mode":"'}; m=\${m%%'"'*};`,
  `t=\${x#*'"tool_name":"'}; t=\${t%%'"'*};`,
  `case "$t $(cat modes) " in`,
  `"${askUserTool} "*) ;;`,
  `*" $m "*) ;;`,
  `*) printf '%s' '${JSON.stringify({
    hookSpecificOutput: {
      hookEventName: "PreToolUse",
      permissionDecision: "ask",
      permissionDecisionReason: "The mode of this task was changed.",
    },
  })}' ;;`,
  "esac; fi",
].join(" ");

function held(files: SessionFiles): string {
  return `cd ${quotedWord(files.dir)} 2>/dev/null || exit 0; ${whileHalted}; exit 0`;
}

/**
 * Holds the tool back while a message is being typed (M2), 5 s at most, and notes when it lets go:
 * before the look as well, so that whoever takes the lock in between sees it. Costs no process
 * without a lock. A lock held for longer was forgotten; it must not slow down every tool to come.
 * A stop holds it for as long as it takes: Escape ends the hook and the tool with it (tried).
 */
function gate(files: SessionFiles): string {
  return append(
    files,
    ": > released",
    'i=0; while [ -e typing ] && [ "$i" -lt 50 ]; do i=$((i + 1)); sleep 0.1; done',
    '[ "$i" -lt 50 ] || rm -f typing',
    whileHalted,
    ": > released",
    strictly,
  );
}
