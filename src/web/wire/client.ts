import { ulid } from "ulid";
import type { ErrorBody, FaultCode } from "../../contract/fault.ts";
import type { AnswerOf, Call, Options } from "./calls.ts";
import type { ByteCalls } from "./review-calls.ts";

/** What a failed call says, in the words of the server. */
export class ApiError extends Error {
  readonly status: number;
  /** `unreachable` is ours: no answer came at all. */
  readonly code: FaultCode | "unreachable";
  readonly hint: string | null;
  readonly details: Record<string, unknown> | null;

  constructor(status: number, body: Omit<ErrorBody, "code"> & { code: ApiError["code"] }) {
    super(body.error);
    this.name = "ApiError";
    this.status = status;
    this.code = body.code;
    this.hint = body.hint;
    this.details = body.details;
  }
}

/** Whether no answer came at all: then the page says so once, for everything. */
export function isUnreachable(error: unknown): boolean {
  return error instanceof ApiError && error.code === "unreachable";
}

export interface Session {
  readonly token: () => string | null;
  /** Called when the server no longer knows the token. */
  readonly refused: () => void;
}

let session: Session = { token: () => null, refused: () => undefined };

/** Says where the token comes from; called once, before the first call. */
export function setSession(next: Session): void {
  session = next;
}

/** Hears of each request that goes out; what it answers is called when it is over. */
let noteRequest: () => (answered: boolean) => void = () => () => undefined;

/** Says who watches over requests without an answer; called once, before the first call. */
export function watchRequests(begin: typeof noteRequest): void {
  noteRequest = begin;
}

/** Whether the server answers anything within `ms`. */
export async function isThere(ms: number): Promise<boolean> {
  try {
    await fetch("/preferences", {
      headers: { authorization: bearer() },
      credentials: "omit",
      cache: "no-store",
      signal: AbortSignal.timeout(ms),
    });
    return true;
  } catch {
    return false;
  }
}

/** The token of this tab, for the few requests that are not JSON (attachments, blobs). */
export function bearer(): string {
  return `Bearer ${session.token() ?? ""}`;
}

/** Retries after these pauses when no answer came; the idempotency key makes that harmless. */
const pauses = [250, 900];

/**
 * One call of the API. Throws `ApiError`; an aborted call throws the signal's reason.
 *
 * @example await call("PATCH /tasks/:id", { params: { id }, body: { column: "done" } })
 */
export async function call<C extends Call>(
  endpoint: C,
  ...[options]: Record<string, never> extends Options<C> ? [options?: Options<C>] : [Options<C>]
): Promise<AnswerOf<C>> {
  return (await repeated(endpoint, options as Loose | undefined, (answer) =>
    answer.json(),
  )) as AnswerOf<C>;
}

/** A call that answers bytes, such as an image or a patch. Throws as `call` does. */
export async function callBytes<C extends keyof ByteCalls>(
  endpoint: C,
  options: {
    readonly params: Readonly<Record<string, string>>;
    readonly query: ByteCalls[C];
    readonly signal?: AbortSignal;
  },
): Promise<Blob> {
  return await repeated(endpoint, options, (answer) => answer.blob());
}

async function repeated<T>(
  endpoint: string,
  options: Loose | undefined,
  read: (answer: Response) => Promise<T>,
): Promise<T> {
  const [method = "GET", path = "/"] = endpoint.split(" ", 2);
  const request = build(method, path, options);
  for (const pause of [...pauses, null]) {
    try {
      return await read(await once(request));
    } catch (error) {
      const retry = error instanceof ApiError && error.code === "unreachable" && pause !== null;
      if (!retry) throw error;
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
  throw new Error("unreachable code");
}

interface Loose {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
  readonly signal?: AbortSignal;
  readonly key?: string;
  readonly keepalive?: boolean;
}

interface Built {
  readonly url: string;
  readonly init: RequestInit;
}

function build(method: string, path: string, options: Loose = {}): Built {
  const filled = path.replace(/:(\w+)/g, (_, name: string) =>
    encodeURIComponent(options.params?.[name] ?? ""),
  );
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(options.query ?? {})) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one !== undefined) query.append(name, String(one));
    }
  }
  const headers: Record<string, string> = {};
  if (method !== "GET") headers["idempotency-key"] = options.key ?? ulid();
  if (options.body !== undefined) headers["content-type"] = "application/json";
  const search = query.toString();
  return {
    url: search === "" ? filled : `${filled}?${search}`,
    init: {
      method,
      headers,
      credentials: "omit",
      cache: "no-store",
      ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
      ...(options.signal === undefined ? {} : { signal: options.signal }),
      ...(options.keepalive === undefined ? {} : { keepalive: options.keepalive }),
    },
  };
}

async function once({ url, init }: Built): Promise<Response> {
  let answer: Response;
  const over = noteRequest();
  try {
    answer = await fetch(url, { ...init, headers: { ...init.headers, authorization: bearer() } });
    over(true);
  } catch (error) {
    over(false);
    if (init.signal?.aborted) throw error;
    throw new ApiError(0, {
      error: "The Agetor server does not answer.",
      code: "unreachable",
      hint: "Start it with `npm start`, with the options it had; this page reconnects by itself.",
      details: null,
    });
  }
  if (answer.ok) return answer;
  if (answer.status === 401) session.refused();
  throw new ApiError(answer.status, await errorBody(answer));
}

async function errorBody(answer: Response): Promise<ErrorBody> {
  try {
    const body = (await answer.json()) as Partial<ErrorBody>;
    if (typeof body.error === "string" && typeof body.code === "string") {
      return { hint: null, details: null, ...body, error: body.error, code: body.code };
    }
  } catch {
    // Not JSON: something other than Agetor answered, or the answer broke off.
  }
  return {
    error: `The server answered ${answer.status} without saying why.`,
    code: "internal",
    hint: "Look at the server's log; the request was not repeated.",
    details: null,
  };
}

/** Says that the server refused this tab's token, for callers that are not `call` (the stream). */
export function refuse(): void {
  session.refused();
}
