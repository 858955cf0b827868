import { z } from "zod";
import {
  AgentCommand,
  AgentStatus,
  CreateHarnessBody,
  Harness,
  ModelOption,
  PatchHarnessBody,
} from "../../contract/harness.ts";
import { HarnessId } from "../../contract/primitives.ts";
import { endpoint } from "../endpoint.ts";
import { answer, read } from "../respond.ts";
import { Deleted, HarnessParams, PathText } from "../schemas.ts";

const One = z.object({ harness: Harness });

export const harnessEndpoints = {
  listHarnesses: endpoint({
    answer: z.object({ harnesses: z.array(Harness) }),
    handle: ({ context }) => read(context.engine.harnesses.list()),
  }),
  createHarness: endpoint({
    body: CreateHarnessBody,
    status: 201,
    answer: One,
    handle: ({ body, meta, context }) => answer(context.engine.harnesses.create(body, meta)),
  }),
  getHarness: endpoint({
    params: HarnessParams,
    answer: One,
    handle: ({ params, context }) => read(context.engine.harnesses.get(params.id)),
  }),
  patchHarness: endpoint({
    params: HarnessParams,
    body: PatchHarnessBody,
    answer: One,
    handle: ({ params, body, meta, context }) =>
      answer(context.engine.harnesses.patch(params.id, body, meta)),
  }),
  deleteHarness: endpoint({
    params: HarnessParams,
    answer: Deleted,
    handle: ({ params, meta, context }) => answer(context.engine.harnesses.remove(params.id, meta)),
  }),
  agents: endpoint({
    answer: z.object({ agents: z.array(AgentStatus) }),
    handle: async ({ context }) => read(await context.engine.harnesses.agents()),
  }),
  agentModels: endpoint({
    query: z.object({ agent: HarnessId.exactOptional() }),
    answer: z.object({
      models: z.record(z.string(), z.array(ModelOption)),
      source: z.enum(["probe", "curated"]),
    }),
    handle: async ({ query, context }) =>
      read(await context.engine.harnesses.models(query.agent ?? null)),
  }),
  agentCommands: endpoint({
    query: z.object({ agent: HarnessId.exactOptional(), workdir: PathText.exactOptional() }),
    answer: z.object({ commands: z.array(AgentCommand) }),
    handle: async ({ query, context }) =>
      read(await context.engine.harnesses.commands(query.agent ?? null, query.workdir ?? null)),
  }),
};
