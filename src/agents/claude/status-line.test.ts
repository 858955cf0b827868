import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { OpenRequest } from "../driver.ts";
import { sessionFiles } from "./paths.ts";
import { ownStatusLine, statusLineSettings } from "./status-line.ts";
import { fixture } from "./testing/outline.ts";

let dir = "";

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "agetor line's "));
  mkdirSync(join(dir, "reports"));
});

afterEach(() => rmSync(dir, { recursive: true, force: true }));

const told = fixture("costs.reports").map((line) => JSON.stringify(JSON.parse(line).payload));

/** As Claude runs it: the command in `/bin/sh -c`, its input one line. */
function run(input: string, own: string | null = null, at = dir) {
  const { command } = statusLineSettings(sessionFiles(at), own) as { command: string };
  const { stdout, stderr, exitCode } = Bun.spawnSync(["/bin/sh", "-c", command], {
    stdin: new TextEncoder().encode(`${input}\n`),
    cwd: "/",
  });
  return { out: stdout.toString(), err: stderr.toString(), exitCode };
}

const kept = () =>
  readdirSync(join(dir, "reports"))
    .filter((name) => name.endsWith(".json"))
    .sort()
    .map((name) => readFileSync(join(dir, "reports", name), "utf8").trim());

describe("our status line", () => {
  test("keeps what it is told whole, shows nothing and never fails", () => {
    for (const report of told) expect(run(report)).toEqual({ out: "", err: "", exitCode: 0 });
    expect(kept()).toEqual(told);
    expect(readFileSync(join(dir, "live"), "utf8")).toBe("+\n".repeat(told.length));
    const names = readdirSync(join(dir, "reports")).filter((name) => name !== "said");
    expect(names.every((name) => /^\d+N?-\d+\.json$/.test(name))).toBe(true);
  });

  test("keeps nothing that says nothing new", () => {
    const again = JSON.parse(told[1] ?? "");
    again.cost.total_duration_ms += 60_000;
    again.fast_mode = true;
    for (const report of [told[1], told[1], JSON.stringify(again), told[2]]) run(report ?? "");
    expect(kept()).toEqual([told[1] ?? "", told[2] ?? ""]);
  });

  test("runs the person's own with the same input, and shows what that shows", () => {
    const own = `sed 's/.*"cwd":"\\([^"]*\\)".*/in \\1/'; echo 'it'"'"'s $HOME'; exit 3`;
    expect(run(told[1] ?? "", own)).toEqual({
      out: "in /repo\nit's $HOME\n",
      err: "",
      exitCode: 3,
    });
    const awkward = JSON.stringify({
      text: "$(touch x) `id` \\ %s \\n 'a' AGETOR é 日本",
      n: "\n",
    });
    expect(run(awkward, "cat").out).toBe(`${awkward}\n`);
    // Without a word of what it was told, and after its folder is gone.
    expect(run(told[1] ?? "", "echo plain").out).toBe("plain\n");
    expect(run(told[1] ?? "", "cat; echo on", "/nowhere/at all").out).toBe(`${told[1]}\non\n`);
  });
});

describe("the person's own status line", () => {
  const request = (args: readonly string[] = []): Pick<OpenRequest, "workplace" | "harness"> => ({
    workplace: {
      cwd: join(dir, "tree"),
      repo: { mainRoot: join(dir, "main"), commonDir: "", gitDir: "" },
    },
    harness: {
      id: "c",
      kind: "claude-code",
      label: "",
      bin: null,
      args,
      home: null,
      env: {},
    },
  });
  const home = () => ({ config: join(dir, "home"), json: "" });
  const own = (args?: readonly string[]) => ownStatusLine(request(args), home());

  function put(path: string, settings: unknown): void {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), JSON.stringify(settings));
  }

  const line = (command: string) => ({ statusLine: { type: "command", command } });

  test("is the one that would win without us", async () => {
    expect(await own()).toBeNull();
    put("home/settings.json", line("home"));
    expect(await own()).toBe("home");
    put("main/.claude/settings.json", line("not of this worktree"));
    expect(await own()).toBe("home");
    put("tree/.claude/settings.json", line("project"));
    expect(await own()).toBe("project");
    put("tree/.claude/settings.local.json", line("local"));
    expect(await own()).toBe("local");
    put("main/.claude/settings.local.json", { model: "opus" });
    expect(await own()).toBe("local");
    put("main/.claude/settings.local.json", line("local of the main worktree"));
    expect(await own()).toBe("local of the main worktree");
  });

  test("comes only from where the harness lets Claude read settings", async () => {
    put("home/settings.json", line("home"));
    put("tree/.claude/settings.json", line("project"));
    expect(await own(["--setting-sources", "user"])).toBe("home");
    expect(await own(["--setting-sources=user, project"])).toBe("project");
    expect(await own(["--setting-sources", ""])).toBeNull();
  });

  test("is none in settings that make no sense", async () => {
    put("home/settings.json", { statusLine: "x" });
    put("tree/.claude/settings.json", [1]);
    put("tree/.claude/settings.local.json", { statusLine: { command: 7 } });
    expect(await own()).toBeNull();
  });
});
