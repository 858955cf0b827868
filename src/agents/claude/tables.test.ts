import { describe, expect, test } from "bun:test";
import { AgentOptions } from "../../contract/harness.ts";
import { modes } from "../../contract/primitives.ts";
import { descriptor, permissionModes } from "./descriptor.ts";
import { catalogueOf } from "./discover.ts";
import { turnFault } from "./faults.ts";
import { fileDiffs } from "./patch.ts";
import { toolKind, toolTitle } from "./tools.ts";

describe("what the driver offers", () => {
  test("fits the contract, and every mode has a flag", () => {
    AgentOptions.parse(descriptor.options);
    const offered = descriptor.options.modes.map(({ id }) => id);
    expect(offered).toEqual([...modes]);
    expect(offered.every((id) => permissionModes[id] !== undefined)).toBe(true);
    expect(offered).toContain(descriptor.defaultMode);
  });

  test("is what the CLI says it has, without what only works in its terminal", () => {
    const catalogue = catalogueOf({
      models: [
        {
          value: "default",
          displayName: "Default",
          supportsEffort: true,
          supportedEffortLevels: ["low", "max"],
        },
        { value: "tiny", supportsEffort: false },
        { nonsense: true },
      ],
      commands: [
        { name: "init", description: "Make a file", builtin: true, argumentHint: "" },
        { name: "clear", description: "", builtin: true },
        // The driver refuses the name, whoever brings it.
        { name: "clear", description: "mine" },
        { name: "mine", description: "of mine", argumentHint: "[x]" },
        { name: "__remote", builtin: true },
        7,
      ],
    });
    expect(catalogue).toMatchObject({ source: "probe" });
    expect(catalogue.models.slice(0, 2)).toEqual([
      { id: "default", label: "Default", efforts: ["low", "max"], default: true },
      { id: "tiny", label: "tiny", efforts: [], default: false },
    ]);
    expect(catalogue.models.at(-1)?.id).toBe("opusplan");
    expect(catalogue.commands).toEqual([
      { name: "init", description: "Make a file", argumentHint: null, source: "builtin" },
      { name: "mine", description: "of mine", argumentHint: "[x]", source: "custom" },
    ]);
    expect(catalogueOf({}).source).toBe("curated");
  });
});

describe("why a turn failed", () => {
  const code = (error: string | null, words: string) => turnFault(error, words).code;

  test("follows the class, then the status, then the words", () => {
    expect(code("authentication_failed", "x")).toBe("not_logged_in");
    expect(code("rate_limit", "x")).toBe("rate_limited");
    expect(code("overloaded", "x")).toBe("rate_limited");
    expect(code("unknown", "API Error: 401 bad key")).toBe("not_logged_in");
    expect(code("unknown", "API Error: 429 slow down")).toBe("rate_limited");
    expect(code("unknown", "API Error: 400 bad thing")).toBe("agent_error");
    expect(code("unknown", "API Error: Connection error.")).toBe("network_lost");
    expect(code(null, "")).toBe("agent_error");
    expect(turnFault("unknown", "API Error: 400 bad thing").message).toBe(
      "API Error: 400 bad thing",
    );
    expect(turnFault("server_error", "x").hint).not.toBeNull();
  });
});

describe("a tool call", () => {
  test("has a kind and one line that says what it does", () => {
    expect(toolKind("Bash")).toBe("execute");
    expect(toolKind("mcp__db__query")).toBe("mcp");
    expect(toolKind("Brand-new")).toBe("other");
    expect(toolTitle("Bash", { command: "npm test\nmore", description: "Test" }, "/r")).toBe(
      "npm test",
    );
    expect(toolTitle("Read", { file_path: "/r/src/a.ts" }, "/r")).toBe("src/a.ts");
    expect(toolTitle("Read", { file_path: "/etc/x" }, "/r")).toBe("/etc/x");
    expect(toolTitle("Agent", { description: "Look", prompt: "long" }, "/r")).toBe("Look");
    expect(toolTitle("AskUserQuestion", { questions: [{ question: "Which?" }] }, "/r")).toBe(
      "Which?",
    );
    expect(toolTitle("mcp__db__query", {}, "/r")).toBe("db: query");
    expect(toolTitle("Bash", { command: "x".repeat(500) }, "/r")).toHaveLength(200);
  });

  test("shows its change as a unified diff", () => {
    expect(fileDiffs(null, "/r")).toBeNull();
    expect(fileDiffs({ filePath: "/r/a" }, "/r")).toBeNull();
    const made = { type: "create", filePath: "/r/a", content: "", structuredPatch: [] };
    expect(fileDiffs(made, "/r")).toEqual([
      { path: "a", kind: "add", patch: "", additions: 0, deletions: 0 },
    ]);
  });
});
