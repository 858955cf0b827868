import { describe, expect, test } from "bun:test";
import { cleanMessage } from "./commit-message.ts";
import { type SuggestionFacts, subjectFor, suggest } from "./suggestions.ts";

const changed = (...paths: string[]) =>
  paths.map((path) => ({ path, status: "modified" as const }));

describe("a subject", () => {
  test("is conventional: what kind of change, where, and the task's own words", () => {
    const cases: readonly (readonly [string, string[], string])[] = [
      [
        "Fix the crash on save.",
        ["src/git/a.ts", "src/git/b.ts"],
        "fix(git): fix the crash on save",
      ],
      ["Add a dark theme", ["src/web/a.css", "README.md"], "feat: add a dark theme"],
      ["Explain the API", ["docs/a.md", "docs/b.md"], "docs: explain the API"],
      ["More cases", ["test/a.test.ts"], "test: more cases"],
      ["HTTP caching", ["src/http/x.ts"], "feat(http): HTTP caching"],
      ["chore(deps): bump zod", ["package.json"], "chore(deps): bump zod"],
      ["", [], "feat: work"],
    ];
    for (const [title, paths, subject] of cases) {
      expect(subjectFor(title, changed(...paths))).toBe(subject);
    }
  });

  test("is never longer than 72 characters, and ends at a word", () => {
    const long = subjectFor("a very long title ".repeat(20), []);
    expect(long.length).toBeLessThanOrEqual(72);
    expect(long).toEndWith(" very long");
    expect([...subjectFor("😀".repeat(200), [])].length).toBe(72);
  });
});

const facts: SuggestionFacts = {
  title: "Add search",
  branch: "agetor/x",
  base: "main",
  subjects: ["feat: add the index", "feat: add the box"],
  committed: [{ path: "src/a.ts", status: "added" }],
  uncommitted: [
    { path: "b.ts", status: "modified" },
    { path: "c.ts", status: "deleted" },
  ],
  conflicts: [],
};

describe("suggestions", () => {
  test("say what each of them is about", () => {
    const { commit, merge, pullRequest, askToCommit, askToResolve } = suggest(facts);
    expect(commit).toEqual({ title: "feat: add search", body: "- Change b.ts\n- Remove c.ts" });
    expect(merge.body).toBe("- feat: add the index\n- feat: add the box");
    expect(pullRequest.body).toContain("Files:\n\n- Add src/a.ts\n- Change b.ts");
    expect(askToCommit).toContain("feat: add search");
    expect(askToResolve).toBeNull();
  });

  test("ask the agent to resolve conflicts, with the files", () => {
    const asked = suggest({ ...facts, conflicts: ["a.ts", "d.ts"] }).askToResolve;
    expect(asked).toContain("git merge main");
    expect(asked).toContain("- a.ts\n- d.ts");
  });

  test("name only so many files", () => {
    const many = changed(...Array.from({ length: 50 }, (_, n) => `f${n}.ts`));
    expect(suggest({ ...facts, uncommitted: many }).commit.body).toEndWith("- and 30 more");
  });
});

test("a message is stored as git stores it", () => {
  expect(cleanMessage("\n\n a \r\n\r\n\n b  \n\n")).toBe("a\n\n b\n");
  expect(cleanMessage(" \n\t\n")).toBe("");
});
