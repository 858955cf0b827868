import { expect } from "bun:test";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Event, NoticeData, TranscriptData } from "../../src/contract/event.ts";
import type { Run } from "../../src/contract/run.ts";
import { makeRepo } from "./repo.ts";
import { TestServer } from "./server.ts";

type Call = TranscriptData["tool.call"];
type Result = TranscriptData["tool.result"];

/** A server, a repository it trusts, and a place beside both where scripts leave what a test looks at. */
export class Yard {
  server: TestServer;
  readonly repo: string;
  readonly box: string;

  private constructor(server: TestServer, repo: string) {
    this.server = server;
    this.repo = repo;
    this.box = mkdtempSync(join(tmpdir(), "agetor-box-"));
  }

  static async open(files?: Readonly<Record<string, string>>): Promise<Yard> {
    const server = await TestServer.start();
    const repo = makeRepo(files);
    await server.client.trust(repo);
    return new Yard(server, repo);
  }

  get client(): TestServer["client"] {
    return this.server.client;
  }

  at(name: string): string {
    return join(this.box, name);
  }

  /** The first screen has done its work: an empty board is the board. */
  async welcome(): Promise<void> {
    await this.client.call("PUT", "/preferences/ui.welcomed", { value: true });
  }

  /** A shell command that waits until a file is there. */
  until(name: string): string {
    return `while [ ! -e ${this.at(name)} ]; do sleep 0.02; done`;
  }

  /** Makes that file. */
  let(name: string): void {
    writeFileSync(this.at(name), "");
  }

  /** A shell command that counts how often it was run, and that number. */
  tick(name: string): string {
    return `echo x >> ${this.at(name)}`;
  }

  count(name: string): number {
    if (!existsSync(this.at(name))) return 0;
    return readFileSync(this.at(name), "utf8").split("\n").length - 1;
  }

  /** Whether the process whose pid lies in a file still does anything; an ended one may wait for init. */
  runs(name: string): boolean {
    const pid = readFileSync(this.at(name), "utf8").trim();
    const { stdout } = Bun.spawnSync(["ps", "-o", "stat=", "-p", pid]);
    return /^[^Z]/.test(stdout.toString().trim());
  }

  /** Starts a task again; every event of it up to the end of that run. */
  async start(taskId: string, body = {}): Promise<readonly Event[]> {
    const reply = await this.client.post<{ run: Run }>(`/tasks/${taskId}/start`, body);
    expect(reply.status).toBe(202);
    return this.client.ended(taskId, reply.body.run.id);
  }

  /** Kills the server and starts the next one. */
  async crash(): Promise<void> {
    await this.server.kill();
    this.server = await this.server.restart();
  }

  async dispose(): Promise<void> {
    await this.server.dispose();
    rmSync(this.box, { recursive: true, force: true });
  }
}

/** The calls of a tool with what came of them, in order. */
export function toolOf(
  events: readonly Event[],
  name: string,
): { readonly calls: readonly Call[]; readonly results: readonly Result[] } {
  const calls = events
    .filter((event) => event.type === "tool.call")
    .map((event) => event.data as Call)
    .filter((call) => call.name === name);
  const ids = new Set(calls.map((call) => call.toolId));
  const results = events
    .filter((event) => event.type === "tool.result")
    .map((event) => event.data as Result)
    .filter((result) => ids.has(result.toolId));
  return { calls, results };
}

/** What a tool's `env` printed. */
export function envIn(events: readonly Event[], name: string): Record<string, string> {
  const lines = (toolOf(events, name).results[0]?.output ?? "").trim().split("\n");
  return Object.fromEntries(lines.map((line) => line.split(/=(.*)/s).slice(0, 2)));
}

export function noticesIn(events: readonly Event[]): readonly NoticeData[] {
  return events.filter((event) => event.type === "notice").map((event) => event.data as NoticeData);
}
