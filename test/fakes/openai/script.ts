/**
 * The script a prompt carries for the fake model: a list of steps, one per request the CLI makes
 * in that turn, each a list of operations in the order they are streamed.
 */
export type Op =
  | {
      readonly say: string;
      readonly chunk?: number;
      readonly phase?: "commentary" | "final_answer";
      /** Streams the text and never says that it is whole. */
      readonly unfinished?: true;
      /** Says so only once the test has opened the gate of that name. */
      readonly until?: string;
    }
  | { readonly reason: string }
  /** Runs a shell command: `exec_command`, or `tools.exec_command` in code mode. */
  | { readonly shell: string; readonly args?: Record<string, unknown> }
  /** An apply_patch envelope (`*** Begin Patch` …). */
  | { readonly patch: string }
  | {
      readonly plan: readonly { readonly step: string; readonly status: string }[];
      readonly explanation?: string;
    }
  | {
      readonly call: string;
      readonly args?: Record<string, unknown>;
      /** Of a tool of an MCP server: `mcp__<server>`. */
      readonly namespace?: string;
    }
  | { readonly custom: string; readonly input: string }
  | { readonly usage: Partial<FakeUsage> }
  /** Headers of the answer, such as `x-codex-primary-used-percent`. */
  | { readonly headers: Record<string, string> }
  | { readonly delay: number }
  /** Waits until the test opens the gate of that name. */
  | { readonly gate: string }
  /** Keeps the stream open until the client goes. */
  | { readonly hang: true }
  | { readonly http: number; readonly body?: unknown }
  /** Ends the response with `response.failed`. */
  | { readonly failed: string; readonly message?: string }
  /** Closes the connection in the middle of the stream. */
  | { readonly drop: true };

export type Step = readonly Op[];
export type Script = readonly Step[];

export interface FakeUsage {
  readonly input: number;
  readonly cached: number;
  readonly output: number;
  readonly reasoning: number;
}

const marker = "@@script ";

/** A prompt that makes the fake model follow `script`; `lead` is text in front of it. */
export function scripted(script: Script, lead = ""): string {
  return `${lead}${lead === "" ? "" : "\n"}${marker}${JSON.stringify(script)}`;
}

/** The script in a prompt, or null when it has none. */
export function scriptOf(prompt: string): Script | null {
  const at = prompt.lastIndexOf(marker);
  if (at < 0) return null;
  const end = prompt.indexOf("\n", at);
  const text = prompt.slice(at + marker.length, end < 0 ? undefined : end);
  const parsed: unknown = JSON.parse(text);
  return Array.isArray(parsed) ? (parsed as Script) : null;
}
