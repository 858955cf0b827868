import { describe, expect, test } from "bun:test";
import type { Event } from "../../../contract/event.ts";
import { Events } from "../../../domain/testing/events.ts";
import type { RowOptions } from "../../../domain/transcript-rows.ts";
import { TranscriptModel } from "./model.ts";

const options: RowOptions = { detail: "normal", toggled: new Map() };

function story(count: number): readonly Event[] {
  const events = new Events();
  for (let index = 0; index < count; index += 1) events.say(`line ${index}`);
  return events.all;
}

const texts = (frame: { rows: readonly object[] }) =>
  frame.rows.map((row) => (row as { item: { text: string } }).item.text);

describe("a transcript that grows at both ends", () => {
  test("what comes in front shifts the list, and nothing else comes with it", () => {
    const all = story(10);
    const model = new TranscriptModel();
    const first = model.update(all.slice(5, 8), options);
    expect([texts(first), first.shift, first.appended]).toEqual([
      ["line 5", "line 6", "line 7"],
      false,
      0,
    ]);
    // Older events and new ones arrived between two frames.
    const older = model.update(all.slice(2), options);
    expect(texts(older)).toEqual(["line 2", "line 3", "line 4", "line 5", "line 6", "line 7"]);
    expect([older.shift, older.behind, older.appended]).toEqual([true, true, 0]);
    const next = model.update(all.slice(2), options);
    expect(texts(next)).toHaveLength(8);
    expect([next.shift, next.behind, next.appended]).toEqual([false, false, 2]);
  });

  test("a page that does not join on begins anew", () => {
    const all = story(10);
    const model = new TranscriptModel();
    model.update(all.slice(0, 3), options);
    const jumped = model.update(all.slice(6), options);
    expect([texts(jumped).length, jumped.shift, jumped.behind]).toEqual([4, false, false]);
  });

  test("the array may be the same one that grows", () => {
    const all = story(6);
    const growing = all.slice(0, 2);
    const model = new TranscriptModel();
    model.update(growing, options);
    growing.push(...all.slice(2, 4));
    expect(texts(model.update(growing, options))).toHaveLength(4);
    growing.push(...all.slice(4));
    const frame = model.update(growing, options);
    expect([texts(frame).length, frame.appended]).toEqual([6, 4]);
  });
});
