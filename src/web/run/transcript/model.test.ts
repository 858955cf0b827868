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

describe("a transcript that changes at both ends", () => {
  test("takes what comes in front and what comes at the end, and counts only the latter", () => {
    const all = story(10);
    const model = new TranscriptModel();
    const first = model.update(all.slice(5, 8), options);
    expect([texts(first), first.appended]).toEqual([["line 5", "line 6", "line 7"], 0]);
    // Older events and new ones arrived between two frames.
    const both = model.update(all.slice(2), options);
    expect(texts(both)).toEqual(all.slice(2).map((_, index) => `line ${index + 2}`));
    expect(both.appended).toBe(2);
    const none = model.update(all.slice(2), options);
    expect([texts(none).length, none.appended]).toEqual([8, 2]);
  });

  test("a page that does not join on begins anew", () => {
    const all = story(10);
    const model = new TranscriptModel();
    model.update(all.slice(0, 3), options);
    const jumped = model.update(all.slice(6), options);
    expect([texts(jumped).length, jumped.appended]).toEqual([4, 0]);
  });

  test("what is let go of in front takes neither the plan nor the count along", () => {
    const events = new Events();
    events.add("todos.updated", { todos: [{ text: "one", status: "in_progress" }] });
    for (let index = 0; index < 6; index += 1) events.say(`line ${index}`);
    const model = new TranscriptModel();
    const { todos } = model.update(events.all.slice(0, 5), options);
    expect(todos?.todos.map(({ text }) => text)).toEqual(["one"]);
    const cut = model.update(events.all.slice(3), options);
    expect(texts(cut)).toEqual(["line 2", "line 3", "line 4", "line 5"]);
    expect([cut.todos, cut.appended]).toEqual([todos, 2]);
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
