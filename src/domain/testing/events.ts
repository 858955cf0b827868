import type { Event, TranscriptData, TranscriptEventType } from "../../contract/event.ts";
import type { Interaction } from "../../contract/interaction.ts";

/** Makes transcript events as the server stores them, one second apart. */
export class Events {
  readonly all: Event[] = [];
  runId = "RUN1";

  add<K extends TranscriptEventType>(type: K, data: Partial<TranscriptData[K]>): Event {
    const event: Event = {
      seq: this.all.length * 3 + 1,
      at: 1_000_000 + this.all.length * 1000,
      type,
      taskId: "TASK",
      runId: this.runId,
      data: { agentId: null, ...data },
    };
    this.all.push(event);
    return event;
  }

  /** Something the agent asks, or how that ended. */
  interaction(ask: Interaction): void {
    const type = ask.state === "open" ? "interaction.opened" : "interaction.resolved";
    const { seq, at } = this.add("raw", {});
    const event: Event = { seq, at, type, taskId: "TASK", runId: this.runId, data: ask };
    this.all[this.all.length - 1] = event;
  }

  user(text: string): void {
    this.add("user.message", { text, messageId: "M", source: "app" });
  }

  say(text: string, agentId: string | null = null): void {
    this.add("assistant.text", { text, agentId, partial: false });
  }

  call(toolId: string, kind: TranscriptData["tool.call"]["kind"], title: string, more = {}): void {
    const input = { title };
    this.add("tool.call", { toolId, name: kind, kind, title, input, status: "running", ...more });
  }

  result(toolId: string, more: Partial<TranscriptData["tool.result"]> = {}): void {
    this.add("tool.result", {
      toolId,
      status: "succeeded",
      output: "",
      truncated: false,
      blobId: null,
      diff: null,
      exitCode: null,
      durationMs: null,
      ...more,
    });
  }

  tool(toolId: string, kind: TranscriptData["tool.call"]["kind"], title: string, more = {}): void {
    this.call(toolId, kind, title, more);
    this.result(toolId, more);
  }
}
