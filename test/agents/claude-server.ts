/**
 * Stands for a server that dies: opens the session it is told to, delivers its first message, reads
 * on until it is killed. Run as a program by the tests; importing it does nothing.
 */
import { join } from "node:path";
import { createClaudeDriver } from "../../src/agents/claude/driver.ts";
import type { OpenRequest } from "../../src/agents/driver.ts";
import { createHost } from "../../src/host/host.ts";
import { opened, Store } from "./claude-lab.ts";

if (import.meta.main) {
  const [dataDir = "", order = ""] = process.argv.slice(2);
  const request = JSON.parse(order) as OpenRequest;
  const store = new Store(join(request.dir, "journal.jsonl"));
  const { io } = store.io(createHost({ dataDir, env: process.env }));
  const session = await opened(createClaudeDriver(), request, io);
  await session.deliver(request.firstMessage, { retry: false });
  await new Promise(() => undefined);
}
