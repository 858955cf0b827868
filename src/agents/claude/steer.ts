import { type Fault, fault } from "../../contract/fault.ts";
import type { Delivery, Message } from "../driver.ts";
import type { Asking } from "./asking.ts";
import type { Context } from "./context.ts";
import { clearInput, type DeliverParts, gapMs, prepare } from "./deliver.ts";
import type { Pending } from "./line.ts";
import { asPaste, commandName, printOf } from "./prompt.ts";
import { capped } from "./state.ts";
import { readStatus } from "./status.ts";
import type { Turns } from "./turns.ts";
import type { TypingLock } from "./typing-lock.ts";

/** A tool that was let go on may still open its dialog for so long. */
const quietMs = 500;
/** In the mode `auto` a check on Claude's servers lies between the two. */
const quietAutoMs = 10_000;
/** Looks for a quiet moment before and under the lock. */
const lookMs = 100;
const patienceMs = 3_000;
const lockedMs = 1_000;
/** Between Enter and the hook that proves it; the lock is held for no longer (M2). */
const proofMs = 1_500;
const drawMs = 1_000;
const lateMs = 5_000;

export interface SteerParts extends DeliverParts {
  readonly turns: Turns;
  readonly asking: Asking;
  readonly lock: TypingLock;
  /** True when the turn is to be stopped: then nothing more is said into it. */
  readonly stopping: () => boolean;
}

/**
 * Types a message into a working Claude, to join its turn (M2; 2.1.330, tried). An Enter while a
 * permission dialog is open would approve the tool, so it is pressed only when no dialog can open:
 * our PreToolUse hook is held, none was let go on a moment ago, Claude is busy and asks nothing, and
 * the screen shows our words in its input. Whatever is in doubt stays in the queue.
 */
export async function steer(parts: SteerParts, message: Message): Promise<Delivery> {
  if (commandName(message.text) !== null) return unsafe("Commands wait until Claude is done.");
  const prepared = await prepare(parts, message);
  if ("fault" in prepared) return { kind: "not-delivered", fault: prepared.fault };
  const text = asPaste(prepared.text);
  const sent: Pending = { messageId: message.id, print: printOf(text) };
  // Tools in quick succession come to rest under the lock; a check on a server does not.
  const auto = parts.main.state?.mode === "auto";
  if (!(await quiet(parts, auto ? quietAutoMs : 0, patienceMs))) return unsafe(notNow);
  const said = await parts.lock.hold(() => type(parts, sent, text));
  return said === "entered" ? late(parts, sent) : said;
}

const notNow = "Claude waits for an answer, or is just about to use a tool.";

/** Everything under the lock. `entered` = Enter was pressed and nothing has proved it yet. */
async function type(parts: SteerParts, sent: Pending, text: string): Promise<Delivery | "entered"> {
  const { context } = parts;
  const { tmux } = context.io.host;
  if (!(await quiet(parts, stillFor(parts), lockedMs))) return unsafe(notNow);
  await clearInput(context);
  const pasted = await tmux.paste(context.name, text);
  if (!pasted.ok) return { kind: "not-delivered", fault: pasted.fault };
  await context.beacon.pause(gapMs);
  await shown(context, text);
  // Durable before Enter: its echo is told from words typed by hand.
  const steered = capped([...(context.data.steered ?? []), sent], 20);
  await context.save({}, { steered });
  parts.accepted.delete(sent.print);
  // The look at the screen comes last: a slow hook of the person's own may open a dialog late.
  if (!(await isQuiet(parts, stillFor(parts))) || !(await shows(context, text))) {
    await clearInput(context);
    await context.save({}, { steered: steered.filter((it) => it !== sent) });
    return unsafe(notNow);
  }
  await tmux.keys(context.name, ["Enter"]);
  const proven = () => parts.accepted.has(sent.print);
  const heard = await context.beacon.until(() => proven() || context.gone, proofMs);
  return heard && proven() ? { kind: "delivered" } : "entered";
}

/** How long the last tool must have been let go on. */
function stillFor({ main }: SteerParts): number {
  return main.state?.mode === "auto" ? quietAutoMs : quietMs;
}

/** Waits for a moment in which nothing can open a dialog. */
async function quiet(parts: SteerParts, still: number, ms: number): Promise<boolean> {
  const { context } = parts;
  const limit = context.io.clock.monotonic() + ms;
  while (!context.signal.aborted && !context.gone) {
    if (await isQuiet(parts, still)) return true;
    const late = context.io.clock.monotonic() > limit;
    if (!parts.turns.open || late || parts.stopping()) return false;
    await context.beacon.pause(lookMs);
  }
  return false;
}

/**
 * Dialogs queue up behind each other: the next opens when one is answered, long after its own tool
 * was let go on. So Claude must have been busy for a moment, too.
 */
async function isQuiet(parts: SteerParts, still: number): Promise<boolean> {
  const { context, turns, asking, lock } = parts;
  if (!turns.open || context.gone || parts.stopping()) return false;
  const now = context.io.clock.now();
  const status = await readStatus(context);
  if (status?.kind !== "busy" || now - status.since < quietMs) return false;
  return now - (await lock.released()) >= still && !(await asking.open());
}

/** Whether the input line at the bottom of the screen holds our words, or stands for a long paste. */
async function shows(context: Context, text: string): Promise<boolean> {
  const shown = await context.io.host.tmux.capture(context.name, { ansi: false, history: 0 });
  if (!shown.ok) return false;
  const lines = shown.value.text.split("\n");
  const at = lines.findLastIndex((line) => /^\s*❯/.test(line));
  if (at < 0) return false;
  const input = squashed(lines.slice(at).join("\n")).slice(1);
  return input.startsWith(squashed(text).slice(0, 20)) || input.startsWith("[Pastedtext#");
}

/** A busy machine takes its time to draw. */
async function shown(context: Context, text: string): Promise<void> {
  const limit = context.io.clock.monotonic() + drawMs;
  while (!(await shows(context, text)) && context.io.clock.monotonic() < limit) {
    await context.beacon.pause(lookMs);
  }
}

function squashed(text: string): string {
  return text.replaceAll(/\s+/g, "");
}

/** Enter was pressed without an echo: still in the input it was not taken, else nobody knows. */
async function late(parts: SteerParts, sent: Pending): Promise<Delivery> {
  const { context } = parts;
  const proven = () => parts.accepted.has(sent.print);
  await context.beacon.until(() => proven() || context.gone, lateMs);
  if (proven()) return { kind: "delivered" };
  return {
    kind: "uncertain",
    fault: fault(
      "delivery_uncertain",
      "Your message was typed into Claude, but nothing shows whether it arrived.",
      "Look into the Terminal tab before you send it again.",
    ),
  };
}

function unsafe(why: string): { readonly kind: "not-delivered"; readonly fault: Fault } {
  return {
    kind: "not-delivered",
    fault: fault("not_delivered", why, "It is sent as soon as Claude is done."),
  };
}
