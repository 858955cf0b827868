import type { TodoItem, ToolKind } from "../../contract/event.ts";
import type { InteractionAnswer } from "../../contract/interaction.ts";
import type { AskWhat } from "./script.ts";

/** What the driver writes to the scripted agent: one JSON object per line. */
export type ToAgent =
  | { readonly type: "message"; readonly id: string; readonly text: string }
  | { readonly type: "interrupt" }
  /** What the person answered to a question; an answer to none is ignored. */
  | { readonly type: "answer"; readonly id: string; readonly answer: InteractionAnswer }
  /** A barrier: answered, after every line before it, with the ids of all messages ever taken. */
  | { readonly type: "history"; readonly nonce: string };

/** What the scripted agent writes: one JSON object per line. */
export type FromAgent =
  | {
      readonly t: "ready";
      readonly session: string;
      readonly resumed: boolean;
      readonly model: string;
    }
  | { readonly t: "took"; readonly id: string }
  | { readonly t: "history"; readonly nonce: string; readonly ids: readonly string[] }
  | { readonly t: "text"; readonly id: string; readonly text: string }
  | { readonly t: "thinking"; readonly id: string; readonly text: string }
  | {
      readonly t: "delta";
      readonly id: string;
      readonly kind: "text" | "thinking";
      readonly offset: number;
      readonly text: string;
    }
  | {
      readonly t: "tool";
      readonly id: string;
      readonly name: string;
      readonly kind: ToolKind;
      readonly title: string;
      readonly input: unknown;
    }
  | { readonly t: "ask"; readonly id: string; readonly ask: AskWhat; readonly cwd: string }
  /** The question has its answer, or was withdrawn. */
  | { readonly t: "asked"; readonly id: string; readonly why: string }
  | {
      readonly t: "result";
      readonly id: string;
      readonly ok: boolean;
      readonly denied?: true;
      readonly output: string;
      readonly exitCode: number | null;
      readonly ms: number;
      readonly file: {
        readonly path: string;
        readonly before: string | null;
        readonly after: string;
      } | null;
    }
  | { readonly t: "todos"; readonly todos: readonly TodoItem[] }
  | {
      readonly t: "usage";
      readonly input: number;
      readonly output: number;
      readonly percent: number;
    }
  | {
      readonly t: "done";
      readonly outcome: "succeeded" | "interrupted" | "failed";
      readonly why: string | null;
    };
