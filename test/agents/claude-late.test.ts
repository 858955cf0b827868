import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Event, NoticeData } from "../../src/contract/event.ts";
import { until } from "./claude-desk.ts";
import { killAgent } from "./claude-kill.ts";
import { claudeBinary } from "./claude-lab.ts";
import { LateHome } from "./claude-late-home.ts";
import { data, type Job, Office } from "./claude-office.ts";

let office: Office;
let home: LateHome;

beforeAll(async () => {
  office = await Office.make();
  home = new LateHome(office.root, claudeBinary());
  await office.client.call("PATCH", "/harnesses/claude-code", { bin: home.bin, home: home.seen });
});

afterAll(async () => {
  home.close();
  await office.close();
});

/** A conversation that was begun, ended and comes late from now on. */
async function begun(delayMs: number): Promise<Job> {
  home.delayMs = 0;
  const job = await office.start("bypass", "text: begun");
  await job.ended();
  await killAgent(office, job);
  await until(() => home.whole());
  home.delayMs = delayMs;
  return job;
}

const codes = (events: readonly Event[]) =>
  events.filter((event) => event.type === "notice").map((event) => (event.data as NoticeData).code);

/** Where in the journal these words stand, and with which run. */
function said(events: readonly Event[], words: string) {
  const at = events.findIndex(
    (event) =>
      event.type === "assistant.text" && data([event], "assistant.text")[0]?.text === words,
  );
  return { at, runId: events[at]?.runId ?? null };
}

const endOf = (events: readonly Event[], run: string) =>
  events.findIndex((event) => event.type === "turn.ended" && event.runId === run);

describe("a transcript that comes", () => {
  test("a second late is waited for: its last words come before the end", async () => {
    const job = await begun(1_000);
    await job.say("text: last words");
    const events = await job.ended();
    const { at, runId } = said(events, "last words");
    expect(runId).toBe(job.run);
    expect(at).toBeGreaterThan(-1);
    expect(at).toBeLessThan(endOf(events, job.run));
    expect(codes(events)).not.toContain("transcript_late");
    expect(await job.task()).toMatchObject({ column: "review", runStatus: "succeeded" });
    // It was late indeed: Claude wrote the words a second before they could be read.
    const arrived = home.arrived('"text":"last words"') ?? 0;
    expect(arrived - (events[at]?.at ?? 0)).toBeGreaterThan(900);
    expect(events[endOf(events, job.run)]?.at ?? 0).toBeGreaterThanOrEqual(arrived);
  });

  test("later than that is said, and its words still find their run", async () => {
    const job = await begun(8_000);
    await job.say("hold: late", "text: very late words");
    await atWork(job);
    office.fake.release("late");
    const events = await job.ended();
    expect(said(events, "very late words").at).toBe(-1);
    expect(codes(events)).toContain("transcript_late");
    expect(await job.task()).toMatchObject({ column: "review", runStatus: "succeeded" });
    const later = await job.events((event) => said([event], "very late words").at === 0);
    expect(said(later, "very late words").runId).toBe(job.run);
    expect(await job.task()).toMatchObject({ column: "review", runStatus: "succeeded" });
  });

  test("after the next message was sent still finds the run it belongs to", async () => {
    const job = await begun(8_000);
    await job.say("hold: next", "text: words of the first");
    const first = job.run;
    await atWork(job);
    // It waits until the first one has ended, and goes out at once then.
    await job.client.post(`/runs/${first}/input`, { text: "text: words of the second" });
    office.fake.release("next");
    const events = await job.events((event) => said([event], "words of the second").at === 0);
    expect(codes(events)).toContain("transcript_late");
    expect(endOf(events, first)).toBeGreaterThan(-1);
    expect(said(events, "words of the first").at).toBeGreaterThan(endOf(events, first));
    expect(said(events, "words of the first").runId).toBe(first);
    const [second] = await job.client.runs(job.id);
    expect(second?.id).not.toBe(first);
    expect(said(events, "words of the second").runId).toBe(second?.id ?? "");
  });
});

/** Waits until the server has read that Claude took up the message. */
async function atWork(job: Job): Promise<void> {
  await job.client.until(job.id, (task) => {
    return task.runId === job.run && task.phase?.kind === "working";
  });
}
