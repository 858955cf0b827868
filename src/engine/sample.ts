import { join } from "node:path";
import { ok, type Result } from "../contract/result.ts";
import type { Run } from "../contract/run.ts";
import type { Task } from "../contract/task.ts";
import type { Answer, CommandMeta } from "./api.ts";
import type { Core } from "./core.ts";
import type { TaskCreation } from "./task-create.ts";
import type { TrustGate } from "./trust.ts";

const prompt = `Greet people by name.

The greeting in src/greeting.js says "Hello, world!" to everyone. Let it take a name, keep the old
greeting when there is none, and add a test for both.`;

const files = {
  "README.md":
    "# Greeting\n\nA throwaway repository for Agetor's sample task. Nothing you do here leaves this folder.\n",
  "package.json": '{\n  "name": "greeting",\n  "version": "1.0.0",\n  "type": "module"\n}\n',
  "src/greeting.js": 'export function greeting() {\n  return "Hello, world!";\n}\n',
  "test/greeting.test.js":
    'import assert from "node:assert/strict";\nimport { greeting } from "../src/greeting.js";\n\nassert.equal(greeting(), "Hello, world!");\n',
} as const;

/** The task that shows the whole flow without any account: a throwaway repository and a scripted agent. */
export class SampleTask {
  readonly #core: Core;
  readonly #creation: TaskCreation;
  readonly #trust: TrustGate;

  constructor(core: Core, creation: TaskCreation, trust: TrustGate) {
    this.#core = core;
    this.#creation = creation;
    this.#trust = trust;
  }

  /** Making the repository again changes nothing, so only the creation needs the key. */
  async create(meta: CommandMeta): Answer<{ task: Task; run: Run | null }> {
    const path = await this.#repository();
    if (!path.ok) {
      return path;
    }
    const body = { prompt, workdir: path.value, agent: "fake", model: "sample", start: true };
    return this.#creation.create(body, meta);
  }

  async #repository(): Promise<Result<string>> {
    const path = join(this.#core.deps.dataDir, "sample");
    const made = await this.#core.deps.git.createSampleRepository(path, files);
    if (!made.ok) {
      return made;
    }
    const trusted = await this.#trust.acceptOwn(path);
    return trusted.ok ? ok(path) : trusted;
  }
}
