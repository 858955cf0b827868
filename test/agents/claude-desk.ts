import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createClaudeDriver } from "../../src/agents/claude/driver.ts";
import type { OpenRequest, ResolvedHarness, Session } from "../../src/agents/driver.ts";
import { claudeBinary, Lab, opened, type Store } from "./claude-lab.ts";

export interface Start extends Partial<OpenRequest> {
  readonly text?: string;
  readonly harness?: ResolvedHarness;
}

export const delivered = { kind: "delivered" } as const;
export const succeeded = { kind: "succeeded" } as const;
export const lines = (...all: string[]): string => all.join("\n");

/** A lab with the sessions a test opened in it; they are closed when the test is over. */
export class Desk {
  readonly driver = createClaudeDriver();
  readonly bin = claudeBinary();
  readonly lab = Lab.make();
  #open: Session[] = [];

  /** A session with its store. Its first message is on its way; `first` waits for its echo. */
  async start({ text = "text: hello", harness, ...more }: Start = {}) {
    const request = await this.lab.request(this.driver, harness ?? this.lab.harness(this.bin), {
      firstMessage: { id: "m1", text },
      ...more,
    });
    const store = this.lab.store(request);
    const { io, release: letGo } = store.io(this.lab.host);
    const session = await opened(this.driver, request, io);
    this.#open.push(session);
    const release = (): void => {
      letGo();
      this.#open = this.#open.filter((it) => it !== session);
    };
    const send = (id: string, words: string, retry = false) =>
      session.deliver({ id, text: words }, { retry });
    const name = `a-${request.sessionId.toLowerCase()}`;
    return { store, request, session, name, release, send, first: () => send("m1", text) };
  }

  /** Takes up the session of a store as a new server would. */
  async takeUp(store: Store): Promise<Session> {
    if (store.ref === null) throw new Error("no ref was stored");
    const { io } = store.io(this.lab.host);
    const session = await this.driver.attach(store.ref, io);
    if ("kind" in session) throw new Error(JSON.stringify(session));
    this.#open.push(session);
    return session;
  }

  /** A session whose server dies by SIGKILL as soon as it has stored what `enough` looks for. */
  async orphan(text: string, enough: (store: Store) => boolean) {
    const { lab } = this;
    const more = { firstMessage: { id: "m1", text } };
    const request = await lab.request(this.driver, lab.harness(this.bin), more);
    const program = join(import.meta.dir, "claude-server.ts");
    const server = Bun.spawn([process.execPath, program, lab.root, JSON.stringify(request)], {
      stdio: ["ignore", "inherit", "inherit"],
    });
    await until(() => enough(lab.store(request)));
    server.kill("SIGKILL");
    await server.exited;
    return { request, store: lab.store(request) };
  }

  /** What the model got as its newest message, once one with that part in it arrived. */
  async asked(part: string): Promise<string> {
    return (await this.lab.fake.seen((it) => it.lastUserText.includes(part))).lastUserText;
  }

  async closeSessions(): Promise<void> {
    const all = this.#open;
    this.#open = [];
    for (const session of all) await session.close();
  }
}

/** Looks again until it is so; for facts of a foreign program nobody announces. */
export async function until(fact: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await fact())) await Bun.sleep(20);
}

/** Payloads still in the spool of a session. */
export function hooksLeft(request: OpenRequest): string[] {
  const dir = join(request.dir, "hooks");
  const whole = readdirSync(dir).filter((name) => name.endsWith(".json"));
  return whole.map((name) => readFileSync(join(dir, name), "utf8"));
}
