import { z } from "zod";
import { ChangedFile, Changes, TaskCommit } from "../contract/changes.ts";
import { Event } from "../contract/event.ts";
import { ErrorBody } from "../contract/fault.ts";
import { AgentOptions, AgentStatus, Harness, ModelOption } from "../contract/harness.ts";
import { Interaction } from "../contract/interaction.ts";
import { Project, Trust } from "../contract/project.ts";
import { type Route, type RouteId, routes } from "../contract/routes.ts";
import { Run } from "../contract/run.ts";
import { QueuedMessage, Task, Trash } from "../contract/task.ts";
import type { Endpoint } from "./endpoint.ts";

/** What has a name of its own in the description; everything else stands where it is used. */
const named = {
  Task,
  Run,
  Event,
  Interaction,
  Harness,
  AgentStatus,
  AgentOptions,
  ModelOption,
  Project,
  Trust,
  Trash,
  Changes,
  ChangedFile,
  TaskCommit,
  QueuedMessage,
  Error: ErrorBody,
};

type JsonObject = Record<string, unknown>;

/** OpenAPI 3.1 of every route, made from the route table and the very schemas that parse it. */
export function describeApi(
  endpoints: Readonly<Record<RouteId, Endpoint>>,
  version: string,
): JsonObject {
  const toSchema = createConverter();
  const paths: Record<string, JsonObject> = {};
  for (const [id, route] of Object.entries<Route>(routes)) {
    const path = route.path.replace(/:(\w+)/g, "{$1}");
    const operation = describe(id, route, endpoints[id as RouteId], toSchema.convert);
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation };
  }
  toSchema.convert(ErrorBody, "output");
  return {
    openapi: "3.1.0",
    info: { title: "Agetor", version, summary: "Runs CLI coding agents from a local kanban." },
    servers: [{ url: "/" }],
    security: [{ token: [] }],
    paths,
    components: {
      schemas: toSchema.components,
      securitySchemes: {
        token: { type: "http", scheme: "bearer" },
        streamToken: { type: "apiKey", in: "query", name: "token" },
      },
    },
  };
}

type Convert = (schema: z.ZodType, io: "input" | "output") => JsonObject;

function createConverter(): { convert: Convert; components: JsonObject } {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(named)) registry.add(schema, { id });
  const components: JsonObject = {};
  const convert: Convert = (schema, io) => {
    const made = z.toJSONSchema(schema, { io, metadata: registry, unrepresentable: "any" });
    const text = JSON.stringify(made).replaceAll('"#/$defs/', '"#/components/schemas/');
    const {
      $schema: _,
      $defs,
      id,
      ...own
    } = JSON.parse(text) as JsonObject & {
      $defs?: Record<string, JsonObject>;
      id?: string;
    };
    for (const [name, { id: __, ...definition }] of Object.entries($defs ?? {})) {
      components[name] = definition;
    }
    if (typeof id !== "string") return own;
    components[id] = own;
    return { $ref: `#/components/schemas/${id}` };
  };
  return { convert, components };
}

function describe(id: string, route: Route, endpoint: Endpoint, convert: Convert): JsonObject {
  const isWrite = route.method !== "GET";
  const parameters = [
    ...parametersOf(convert(endpoint.params, "input"), "path"),
    ...parametersOf(convert(endpoint.query, "input"), "query"),
    ...(isWrite && route.answer !== "mcp"
      ? [header("Idempotency-Key", "A ULID; a retry gets the first answer.")]
      : []),
    ...(route.answer === "sse" ? [header("Last-Event-ID", "Resume behind this seq.")] : []),
    ...(route.answer === "mcp" ? mcpHeaders(isWrite) : []),
  ];
  const security =
    route.scope === "open"
      ? []
      : route.answer === "sse"
        ? [{ token: [] }, { streamToken: [] }]
        : null;
  return {
    operationId: id,
    summary: route.summary,
    ...(security === null ? {} : { security }),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(isWrite ? bodyOf(endpoint, convert) : {}),
    responses: {
      [endpoint.status]: { description: "Done", content: contentOf(route, endpoint, convert) },
      default: {
        description: "What went wrong, and what to do",
        content: { "application/json": { schema: { $ref: "#/components/schemas/Error" } } },
      },
    },
  };
}

function bodyOf(endpoint: Endpoint, convert: Convert): JsonObject {
  if (endpoint.body === "bytes") {
    return { requestBody: { required: true, content: { "*/*": {} } } };
  }
  const schema = convert(endpoint.body, "input");
  const fields = schema["properties"] ?? schema["anyOf"] ?? {};
  const empty = Object.keys(fields).length === 0;
  if (empty && schema["propertyNames"] === undefined) return {};
  return { requestBody: { required: true, content: { "application/json": { schema } } } };
}

function contentOf(route: Route, endpoint: Endpoint, convert: Convert): JsonObject {
  if (route.answer === "sse") return { "text/event-stream": { schema: { type: "string" } } };
  if (route.answer === "mcp") {
    const streamed = { "text/event-stream": { schema: { type: "string" } } };
    return route.method === "GET" ? streamed : { "application/json": {}, ...streamed };
  }
  if (endpoint.answer === null) return { "application/octet-stream": {} };
  return { "application/json": { schema: convert(endpoint.answer, "output") } };
}

function parametersOf(schema: JsonObject, place: "path" | "query"): JsonObject[] {
  const required = (schema["required"] as string[] | undefined) ?? [];
  return Object.entries((schema["properties"] as JsonObject | undefined) ?? {}).map(
    ([name, property]) => ({
      name,
      in: place,
      required: required.includes(name),
      schema: property,
    }),
  );
}

function mcpHeaders(isWrite: boolean): JsonObject[] {
  return [
    header(
      "Mcp-Session-Id",
      "What the answer to `initialize` carried; every later message has it.",
    ),
    header("Mcp-Protocol-Version", "The revision that was agreed on."),
    ...(isWrite ? [] : [header("Last-Event-ID", "The last event of the stream that broke.")]),
  ];
}

function header(name: string, description: string): JsonObject {
  return { name, in: "header", required: false, description, schema: { type: "string" } };
}
