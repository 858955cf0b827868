import { expect } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Interaction } from "../../src/contract/interaction.ts";
import { until } from "./claude-desk.ts";
import type { Job, Office } from "./claude-office.ts";

/** What became of one message that was said around the moment a permission dialog opened. */
export interface Try {
  readonly at: number;
  /** The dialog of a tool that Claude just called, or one behind another that was just answered. */
  readonly kind: "called" | "behind";
  readonly decision: "allow" | "deny";
  /** How the question ended, in the words of the card: only the person may have ended it. */
  readonly outcome: string | null;
  /** Whether its tool ran before the person answered, and after. */
  readonly early: boolean;
  readonly ran: boolean;
  /** Whether the words were taken into the turn at once; else they waited in the queue. */
  readonly heard: boolean;
  /** Whether Claude called the tool, or its dialog opened, while the words were being said. */
  readonly overlapped: boolean;
  /** How often the words stand in the conversation in the end. */
  readonly said: number;
}

interface Plan {
  readonly at: number;
  readonly kind: Try["kind"];
  readonly decision: Try["decision"];
  /** Milliseconds of the dialog against the words: negative = the dialog comes first. */
  readonly offset: number;
}

/** Tries of one turn, and turns at the same time: as many as a small machine has processors. */
const perTurn = 10;
const lanes = 2;
/**
 * From "already open" to "after the words were surely typed"; a dialog opens some 300 ms after its
 * tool was called. Behind another one it opens with the answer, before which nothing is said at all.
 */
const windows = { called: { from: -500, to: 1_300 }, behind: { from: -600, to: 0 } } as const;

/**
 * Says words around the opening of permission dialogs of the real Claude, many times. The moments
 * are spread evenly over the window, each kind and each answer over all of it.
 */
export async function steerRace(office: Office, tries: number): Promise<readonly Try[]> {
  const plans = Array.from({ length: tries }, (_, at): Plan => {
    const kind = at % 4 === 3 ? "behind" : "called";
    const { from, to } = windows[kind];
    return {
      at,
      kind,
      decision: at % 8 < 4 ? "deny" : "allow",
      // Neighbours in time are far apart on the clock, so that no phase meets one offset only.
      offset: Math.round(from + ((to - from) / tries) * ((at * 37) % tries)),
    };
  });
  const turns = Array.from({ length: Math.ceil(tries / perTurn) }, (_, turn) =>
    plans.slice(turn * perTurn, (turn + 1) * perTurn),
  );
  const done: Try[] = [];
  const lane = async (): Promise<void> => {
    for (let turn = turns.shift(); turn !== undefined; turn = turns.shift()) {
      done.push(...(await oneTurn(office, turn)));
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return done.sort((a, b) => a.at - b.at);
}

const words = ({ at }: Plan) => `no, never do that ${at}!`;
const file = ({ at }: Plan) => `race-${at}.txt`;
const touch = (name: string) => `tool: Bash {"command":"touch ${name}"}`;

async function oneTurn(office: Office, plans: readonly Plan[]): Promise<Try[]> {
  const script = plans.flatMap((plan) => [
    `hold: race-${plan.at}`,
    `delay: ${plan.kind === "behind" ? 0 : Math.max(0, plan.offset)}`,
    ...(plan.kind === "behind" ? [touch(`before-${plan.at}.txt`)] : []),
    touch(file(plan)),
    "next",
  ]);
  const job = await office.start("ask", ...script, "text: over");
  const tries: Omit<Try, "said">[] = [];
  await job.client.until(job.id, ({ column }) => column === "running");
  for (const plan of plans) {
    // The model has heard of all that was before: Claude works and waits for its words.
    const results = tries.reduce((sum, { kind }) => sum + (kind === "behind" ? 2 : 1), 0);
    await office.fake.seen(({ body }) => resultsIn(body, plans[0]?.at ?? 0) === results);
    tries.push(await oneTry(office, job, plan));
  }
  await job.client.until(job.id, (it) => it.queuedMessages === 0 && it.column === "review");
  const conversation = JSON.stringify(
    office.fake.requests.findLast(({ body }) => resultsIn(body, plans[0]?.at ?? 0) >= 0)?.body
      .messages,
  );
  return tries.map((one, index) => {
    const plan = plans[index];
    return { ...one, said: plan === undefined ? -1 : conversation.split(words(plan)).length - 1 };
  });
}

/** How many tools the conversation of this turn has had results of; -1 for another conversation. */
function resultsIn(body: { readonly messages?: unknown }, first: number): number {
  const text = JSON.stringify(body.messages ?? []);
  return text.includes(`hold: race-${first}\\n`)
    ? text.split('"type":"tool_result"').length - 1
    : -1;
}

async function oneTry(office: Office, job: Job, plan: Plan): Promise<Omit<Try, "said">> {
  let first: Interaction | null = null;
  if (plan.kind === "behind") {
    office.fake.release(`race-${plan.at}`);
    first = await job.asked("approval");
  }
  const open = async (): Promise<void> => {
    if (first === null) office.fake.release(`race-${plan.at}`);
    else await job.answer(first, { decision: plan.at % 8 === 3 ? "deny" : "allow" });
  };
  const say = async () => {
    const began = Date.now();
    const said = await job.steer(words(plan));
    return { heard: "run" in said, began, ended: Date.now() };
  };
  // The stimulus itself is a distance in time, here or in the model; nothing waits by it.
  const live = join(await job.session(), "live");
  const called = until(() => readFileSync(live, "utf8").includes(`"touch ${file(plan)}"`));
  const [said, asked, calledAt] = await Promise.all([
    Bun.sleep(Math.max(0, -plan.offset)).then(say),
    open().then(() => job.asked("approval")),
    called.then(() => Date.now()),
  ]);
  const during = (moment: number) => moment >= said.began && moment <= said.ended;
  const ranEarly = await job.has(file(plan));
  await job.answer(asked, { decision: plan.decision });
  const end = await job.resolved(asked.id);
  return {
    at: plan.at,
    kind: plan.kind,
    decision: plan.decision,
    outcome: end.outcome,
    early: ranEarly,
    ran: await ran(job, plan),
    heard: said.heard,
    overlapped: during(calledAt) || during(asked.createdAt),
  };
}

/** Whether its tool did anything, once its result is there. */
async function ran(job: Job, plan: Plan): Promise<boolean> {
  const name = file(plan);
  const calls = new Set<string>();
  await job.events(({ type, data }) => {
    const { toolId, title } = data as { toolId?: string; title?: string };
    if (type === "tool.call" && title === `touch ${name}`) calls.add(toolId ?? "");
    return type === "tool.result" && calls.has(toolId ?? "");
  });
  return job.has(name);
}

/** One line for a person who wants to know how much of a race it was. */
export function summary(tries: readonly Try[]): string {
  const count = (fits: (one: Try) => boolean) => tries.filter(fits).length;
  const overlapped = count(({ overlapped: did }) => did);
  const heard = count(({ heard: was }) => was);
  return `steer race: ${tries.length} tries, ${overlapped} overlapped the opening of a dialog; ${heard} were heard in the turn, ${tries.length - heard} waited and came later; ${count(({ kind }) => kind === "behind")} of them behind another dialog`;
}

/** What must hold of every single try. */
export function expectSafe(tries: readonly Try[], count: number): void {
  expect(tries).toHaveLength(count);
  const outcomes = { allow: "Allowed once", deny: "Denied" };
  const unsafe = tries.filter(
    ({ decision, outcome, early, ran: did, said }) =>
      early || outcome !== outcomes[decision] || did !== (decision === "allow") || said !== 1,
  );
  expect(unsafe).toEqual([]);
  // It has to have been a race, and both ends of it must be there.
  const overlapped = tries.filter((one) => one.overlapped);
  expect(overlapped.length).toBeGreaterThan(count / 10);
  expect(new Set(tries.map(({ heard }) => heard))).toEqual(new Set([true, false]));
}
