import { describe, expect, test } from "bun:test";
import { Events } from "./testing/events.ts";
import type { Item, TodosItem, ToolItem } from "./transcript.ts";
import { TranscriptFold } from "./transcript-fold.ts";
import { transcriptToMarkdown } from "./transcript-markdown.ts";
import { formatDuration, sumUp, todosPhrase, toolPhrase } from "./transcript-words.ts";

function items(fill: (events: Events) => void): readonly Item[] {
  const events = new Events();
  fill(events);
  const fold = new TranscriptFold();
  fold.push(events.all);
  return fold.items.filter((item) => item !== null);
}

describe("the words of a transcript", () => {
  test("a tool is a verb and its object, in its own tense", () => {
    const [running, done] = items((events) => {
      events.call("a", "execute", "npm test\n--watch");
      events.tool("b", "edit", "new.ts", {
        diff: [{ path: "new.ts", kind: "add", patch: "", additions: 1, deletions: 0 }],
      });
    }) as ToolItem[];
    expect(toolPhrase(running!)).toEqual({ verb: "Running", object: "npm test" });
    expect(toolPhrase(done!)).toEqual({ verb: "Created", object: "new.ts" });
  });

  test("many looks become one sentence; a file read twice is one file", () => {
    const looks = items((events) => {
      for (const name of ["a", "b", "a"]) events.tool(`${name}${Math.random()}`, "read", name);
      events.tool("s", "search", "x");
      events.tool("t", "search", "y");
    });
    expect(sumUp(looks)).toEqual(["Read 2 files", "searched twice"]);
  });

  test("a list of steps says what is new in it", () => {
    const list = (...states: string[]) => ({
      todos: states.map((state, index) => ({
        text: `step ${index}`,
        status: state as "pending" | "in_progress" | "completed",
      })),
      explanation: null,
    });
    const phrases = items((events) => {
      events.add("todos.updated", list("pending", "pending"));
      events.add("todos.updated", list("in_progress", "pending"));
      events.add("todos.updated", list("completed", "in_progress"));
      events.add("todos.updated", list("completed", "completed"));
    }).map((item) => todosPhrase(item as TodosItem));
    expect(phrases).toEqual([
      { verb: "Planned", object: "2 steps" },
      { verb: "Started", object: "step 0" },
      { verb: "Finished", object: "step 0" },
      { verb: "Finished the plan", object: "2 steps" },
    ]);
  });

  test("durations are as long as they need to be", () => {
    expect([40, 4_800, 38_000, 125_000, 3_725_000].map(formatDuration)).toEqual([
      "0.0 s",
      "4.8 s",
      "38 s",
      "2:05",
      "1:02:05",
    ]);
  });

  test("a transcript becomes a document, and no output can end its own fence", () => {
    const text = transcriptToMarkdown(
      "Title",
      items((events) => {
        events.user("do\nit");
        events.tool("a", "execute", "cat README", { output: "```\nhi\n```", exitCode: 0 });
        events.say("Done.");
        events.add("turn.ended", { outcome: { kind: "succeeded" }, durationMs: 1 });
      }),
    );
    expect(text).toContain("# Title");
    expect(text).toContain("> do\n> it");
    expect(text).toContain("- Ran `cat README`\n  ````\n  ```\n  hi\n  ```\n  ````");
    expect(text).toContain("Done.");
  });
});
