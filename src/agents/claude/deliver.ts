import { mkdir, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { type Fault, fault } from "../../contract/fault.ts";
import type { Result } from "../../contract/result.ts";
import type { Delivery, Message } from "../driver.ts";
import type { Context } from "./context.ts";
import { promptFile } from "./launch.ts";
import { asPaste, commandName, orPointer, preparePrompt, printOf } from "./prompt.ts";
import type { Spool } from "./spool.ts";
import { isIdle, readStatus, type Status } from "./status.ts";
import type { Transcript } from "./transcript.ts";

/** Between the paste and Enter, or Claude takes the Enter for a part of the paste (2.1.330, tried). */
export const gapMs = 150;
const lookMs = 200;
/** How long one Enter may take to show; then it is pressed again, as long as Claude stays idle. */
const enterMs = 2_500;
const enters = 3;
/** A launched message that Claude, idle and started, does not take up for so long is lost. */
const lostMs = 10_000;
const readyMs = 120_000;
/** After the hook: the transcript names the message, or a hook of the person's own refuses it. */
const echoMs = 3_000;
const returnMs = 500;
/** Twice for each line that may lie in Claude's input. */
const emptyInput = Array<string>(40).fill("C-u");

export interface DeliverParts {
  readonly context: Context;
  readonly main: Transcript;
  readonly spool: Spool;
  /** Slash commands that start a turn; asked for only when a message may be one. */
  readonly commands: () => Promise<ReadonlySet<string>>;
  /** Prints of the messages Claude has accepted since it was emptied. */
  readonly accepted: Set<string>;
  /** Why there is no agent any more, for a message that did not reach it. */
  readonly whyGone: () => Fault;
}

/**
 * Hands over a message and waits for its echo (M2): the transcript, or the UserPromptSubmit hook.
 * Claude must be idle; the engine keeps messages for a working Claude back.
 */
export async function deliver(
  parts: DeliverParts,
  message: Message,
  retry: boolean,
): Promise<Delivery> {
  const { context } = parts;
  const { pending, launched } = context.data;
  const known = pending?.messageId === message.id;
  if (retry && wasSteered(context, message)) {
    const earlier = await lookBack(parts, message);
    if (earlier !== null) return earlier;
  }
  if (known && launched) return launchEcho(parts, message);
  if (known && retry) {
    const earlier = await lookBack(parts, message);
    if (earlier !== null) return earlier;
  }
  const prepared = await prepare(parts, message);
  if ("fault" in prepared) return { kind: "not-delivered", fault: prepared.fault };
  const blocked = await ready(parts);
  if (blocked !== null) return { kind: "not-delivered", fault: blocked };
  await parts.main.drain();
  // Durable before the first key: whoever comes after a crash looks for this print from here on.
  await context.save(
    {},
    { pending: { messageId: message.id, print: printOf(prepared.text) }, launched: false },
  );
  return type(parts, message, asPaste(prepared.text));
}

/** The first message went along with the launch: nothing to do but to see it taken up. */
async function launchEcho(parts: DeliverParts, message: Message): Promise<Delivery> {
  const { context, main, spool } = parts;
  const claimed = () => main.state?.claimed === message.id;
  let idleSince: number | null = null;
  while (!context.signal.aborted) {
    if (await context.beacon.until(() => claimed() || context.gone, lookMs)) break;
    const known = spool.state.started && !context.io.held();
    const idle = known && isIdle(await readStatus(context));
    const now = context.io.clock.monotonic();
    idleSince = idle ? (idleSince ?? now) : null;
    if (idleSince !== null && now - idleSince > lostMs) break;
  }
  if (claimed()) return { kind: "delivered" };
  if (context.gone) return { kind: "not-delivered", fault: parts.whyGone() };
  return uncertain();
}

/** An earlier server may have sent it: found in the transcript, or proven absent (M2). */
async function lookBack(parts: DeliverParts, message: Message): Promise<Delivery | null> {
  const { context, main } = parts;
  await main.drain();
  if (main.state?.claimed === message.id) return { kind: "delivered" };
  const print = printFor(context, message);
  if (parts.accepted.has(print)) return { kind: "delivered" };
  const status = await readStatus(context);
  return context.gone || isIdle(status) ? null : uncertain();
}

/** What is to be pasted; a text too large for that lies in a file then. */
export async function prepare(
  parts: DeliverParts,
  message: Message,
): Promise<{ readonly text: string } | { readonly fault: Fault }> {
  const command = commandName(message.text) !== null;
  const prepared = preparePrompt(message.text, command ? await parts.commands() : new Set());
  if (!prepared.ok) return { fault: prepared.fault };
  const sent = orPointer(prepared.value.text, promptFile(parts.context.files, message.id));
  if (sent.file !== null) {
    await mkdir(dirname(sent.file), { recursive: true, mode: 0o700 });
    await writeFile(sent.file, prepared.value.text, { mode: 0o600 });
  }
  return { text: sent.text };
}

/** Waits until Claude is idle: a message for a working one belongs into the queue. */
async function ready(parts: DeliverParts): Promise<Fault | null> {
  const { context, spool } = parts;
  let limit = context.io.clock.monotonic() + readyMs;
  let status: Status | null = null;
  while (!context.signal.aborted && !context.gone) {
    status = await readStatus(context);
    if (spool.state.started && isIdle(status)) return null;
    const now = context.io.clock.monotonic();
    // Its start may be known to the disk and not to us.
    if (context.io.held()) limit = now + readyMs;
    if (now > limit) break;
    await context.beacon.pause(lookMs);
  }
  if (context.gone) return parts.whyGone();
  return fault(
    "not_delivered",
    status?.kind === "waiting"
      ? "Claude waits for an answer in its terminal, so nothing can be typed."
      : "Claude did not become ready for a message.",
    "Open the Terminal tab to see what it shows, then send the message again.",
  );
}

function wasSteered({ data }: Context, message: Message): boolean {
  return data.steered?.some(({ messageId }) => messageId === message.id) === true;
}

function printFor({ data }: Context, message: Message): string {
  const sent = [...(data.steered ?? []), ...(data.pending === null ? [] : [data.pending])];
  return sent.findLast(({ messageId }) => messageId === message.id)?.print ?? "";
}

async function type(parts: DeliverParts, message: Message, text: string): Promise<Delivery> {
  const { context, main } = parts;
  const { tmux } = context.io.host;
  const print = printOf(text);
  const refusals = main.state?.refused.count ?? 0;
  parts.accepted.clear();
  // Twice: a message that was stopped or refused comes back into the input a moment later.
  for (let time = 0; time < 2; time += 1) {
    const cleared = await clearInput(context);
    if (!cleared.ok) return { kind: "not-delivered", fault: cleared.fault };
    await context.beacon.pause(gapMs);
  }
  const pasted = await tmux.paste(context.name, text);
  if (!pasted.ok) return { kind: "not-delivered", fault: pasted.fault };
  await context.beacon.pause(gapMs);
  const refused = () => (main.state?.refused.count ?? 0) > refusals;
  const claimed = () => main.state?.claimed === message.id;
  const echoed = () => claimed() || refused() || parts.accepted.has(print);
  let status = await readStatus(context);
  for (let press = 0; press < enters && isIdle(status) && !echoed(); press += 1) {
    // An Enter while a dialog is open would answer it (tried): only while Claude is idle.
    await tmux.keys(context.name, ["Enter"]);
    await context.beacon.until(() => echoed() || context.gone, enterMs);
    await main.drain();
    status = await readStatus(context);
  }
  if (!echoed()) return unechoed(parts, status);
  await context.beacon.until(() => claimed() || refused() || context.gone, echoMs);
  return refused() ? refusedByHook(parts) : { kind: "delivered" };
}

/** Nothing shows that it arrived. Idle with an emptied input it is proven absent. */
async function unechoed(parts: DeliverParts, status: Status | null): Promise<Delivery> {
  const { context } = parts;
  if (context.gone) return { kind: "not-delivered", fault: parts.whyGone() };
  await parts.spool.scan();
  // Something was submitted, though not in our words: somebody typed into the terminal just now.
  if (!isIdle(status) || parts.accepted.size > 0) return uncertain();
  await clearInput(context);
  return {
    kind: "not-delivered",
    fault: fault(
      "not_delivered",
      "Claude did not take the message.",
      "Open the Terminal tab to see what it shows, then send the message again.",
    ),
  };
}

async function refusedByHook(parts: DeliverParts): Promise<Delivery> {
  const { context, main } = parts;
  // Claude puts a refused message back into its input, a moment after it said so.
  await context.beacon.pause(returnMs);
  await clearInput(context);
  return {
    kind: "not-delivered",
    fault: fault(
      "agent_error",
      `A UserPromptSubmit hook in your Claude settings refused the message: ${main.state?.refused.why}`,
      "Change the message or the hook, then send it again.",
    ),
  };
}

export function clearInput(context: Context): Promise<Result<null>> {
  return context.io.host.tmux.keys(context.name, emptyInput);
}

function uncertain(): Delivery {
  return {
    kind: "uncertain",
    fault: fault(
      "delivery_uncertain",
      "Your message was handed to Claude, but nothing shows whether it arrived.",
      "Look into the Terminal tab, then send it again if it is missing.",
    ),
  };
}
