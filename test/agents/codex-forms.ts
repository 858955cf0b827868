/** A stdio MCP server with one tool, `form`, that asks its client to fill in a form and tells what came. */
const requestedSchema = {
  type: "object",
  properties: {
    color: { type: "string", title: "Colour", enum: ["red", "blue"], enumNames: ["Red", "Blue"] },
    size: {
      type: "string",
      title: "Size",
      oneOf: [
        { const: "m", title: "Medium" },
        { const: "l", title: "Large" },
      ],
    },
    tags: { type: "array", title: "Tags", items: { type: "string", enum: ["a", "b"] } },
    sure: { type: "boolean", title: "Sure?" },
    count: { type: "integer", title: "How many?" },
    note: { type: "string", description: "Anything else" },
  },
  required: ["color", "sure"],
};

let call: unknown = null;

function say(message: Record<string, unknown>): void {
  process.stdout.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
}

function hear(line: string): void {
  const { id, method, result } = JSON.parse(line) as {
    id?: unknown;
    method?: string;
    result?: unknown;
  };
  if (method === "initialize") {
    const serverInfo = { name: "forms", version: "1.0.0" };
    say({ id, result: { protocolVersion: "2025-06-18", capabilities: { tools: {} }, serverInfo } });
  }
  if (method === "tools/list") {
    const tool = { name: "form", description: "Asks.", inputSchema: { type: "object" } };
    say({ id, result: { tools: [tool] } });
  }
  if (method === "tools/call") {
    call = id;
    say({
      id: "ask",
      method: "elicitation/create",
      params: { message: "Fill this in", requestedSchema },
    });
  }
  if (method === undefined && id === "ask") {
    say({ id: call, result: { content: [{ type: "text", text: JSON.stringify(result) }] } });
  }
}

let rest = "";
for await (const chunk of Bun.stdin.stream().pipeThrough(new TextDecoderStream())) {
  const lines = (rest + chunk).split("\n");
  rest = lines.pop() ?? "";
  for (const line of lines.filter((it) => it !== "")) hear(line);
}

export {};
