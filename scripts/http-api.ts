/** Writes docs/http-api.md from the route table and the schemas that parse the requests. */
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { faultStatus } from "../src/contract/fault.ts";
import { preferenceRules } from "../src/contract/preference.ts";
import { type Route, type RouteId, routes } from "../src/contract/routes.ts";
import type { Endpoint } from "../src/http/endpoint.ts";
import { endpoints } from "../src/http/routes/index.ts";

const intro = `# The HTTP API

<!-- Written by \`bun scripts/http-api.ts\`; a test fails when it is out of date. -->

The server listens on \`127.0.0.1\` and, with the same handler, on \`agetor.sock\` in its data directory.
\`agetor-core.json\` there says the port and the token: send it as \`Authorization: Bearer <token>\`. Streams
also take \`?token=\`. The same description with all schemas is served as \`GET /openapi.json\`.

- Requests must name the server \`127.0.0.1:<port>\` or \`localhost:<port>\` in \`Host\`. A page may call it
  only from that very origin; there is no CORS, and there are no cookies.
- Writes take \`application/json\` of at most 8 MB (attachments: any type, 20 MB). Unknown fields are a 400.
- Every write takes an \`Idempotency-Key\` (a ULID): a retry gets the first answer. Only \`POST /auth/exchange\`
  does not: a code is good for one use; and what agents send, which has ids of its own.
- Errors are \`{"error", "code", "hint", "details"}\`; the codes stand at the end of this page.
- Lists are paged with \`?limit=\` and \`?cursor=\` → \`nextCursor\`.

A stream is \`text/event-stream\`: frames of \`id: <seq>\` and \`data: <event>\`, a comment every 15 s. It resumes
behind \`Last-Event-ID\` (or \`?after=\`) without gap or repeat; \`{"type":"reset"}\` comes first when that place is
gone. Live text comes in frames without an id, and so does \`{"type":"changes","taskId","at"}\` when files
of a task that the stream carries may have changed: then ask for its changes again. A reader that falls a megabyte behind is not sent more
until it has caught up; one that takes nothing for ten seconds is cut off and can resume. \`/mcp\` has
streams of its own, as the Model Context Protocol wants them.

`;

const scopes: Readonly<Record<Route["scope"], string>> = {
  open: "none",
  app: "app",
  session: "session or app",
};

/** The whole page. */
export function renderHttpApi(): string {
  const rows = Object.entries<Route>(routes).map(([id, route]) =>
    renderRoute(route, endpoints[id as RouteId]),
  );
  const codes = Object.entries(faultStatus).map(
    ([code, status]) => `| \`${code}\` | ${status} |\n`,
  );
  const preferences = Object.entries(preferenceRules).map(
    ([name, { takes }]) => `| \`${name}\` | ${takes} |\n`,
  );
  return [
    intro,
    "## Routes\n\n",
    "Fields marked `?` may be left out. Answers are JSON unless it says otherwise.\n\n",
    "| Route | Token | Takes | Answers | |\n|---|---|---|---|---|\n",
    ...rows,
    "\n## Preferences\n\n",
    "A name of this list takes only what stands beside it, or null for its default; a value that an older\n",
    "version kept and that does not fit is not answered. Any other name is free for a script to keep any\n",
    "JSON under.\n\n",
    "| Name | Takes |\n|---|---|\n",
    ...preferences,
    "\n## Error codes\n\n| Code | Status |\n|---|---|\n",
    ...codes,
  ].join("");
}

function renderRoute(route: Route, endpoint: Endpoint): string {
  const query = fieldsOf(endpoint.query);
  const body = endpoint.body === "bytes" ? "bytes" : fieldsOf(endpoint.body);
  const takes = [
    query === "" ? "" : `\`?${query.replaceAll(", ", "&")}\``,
    route.method === "GET" || body === "" ? "" : endpoint.body === "bytes" ? body : `\`{${body}}\``,
  ].filter((part) => part !== "");
  const cells = [
    `${route.method} \`${route.path}\``,
    scopes[route.scope],
    takes.join("<br>"),
    answerOf(route, endpoint),
    route.summary,
  ];
  return `| ${cells.join(" | ")} |\n`;
}

function answerOf(route: Route, endpoint: Endpoint): string {
  if (route.answer === "sse") return "stream";
  if (route.answer === "mcp") return route.method === "GET" ? "stream" : "JSON-RPC or stream";
  if (endpoint.answer === null) return "bytes";
  return `${endpoint.status} \`{${fieldsOf(endpoint.answer)}}\``;
}

interface JsonSchema {
  readonly properties?: Readonly<Record<string, unknown>>;
  readonly required?: readonly string[];
  readonly anyOf?: readonly JsonSchema[];
  readonly additionalProperties?: unknown;
}

/** The names of an object's fields. */
function fieldsOf(schema: z.ZodType): string {
  const described = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });
  return namesOf(described as JsonSchema);
}

function namesOf({ properties, required = [], anyOf, additionalProperties }: JsonSchema): string {
  if (anyOf !== undefined) {
    const named = anyOf.map(namesOf).filter((names) => names !== "");
    return named.join("} or {");
  }
  if (properties === undefined) return additionalProperties === undefined ? "" : "key: value";
  return Object.keys(properties)
    .map((name) => (required.includes(name) ? name : `${name}?`))
    .join(", ");
}

if (import.meta.main) {
  const path = fileURLToPath(new URL("../docs/http-api.md", import.meta.url));
  writeFileSync(path, renderHttpApi());
}
