import { join } from "node:path";
import { z } from "zod";
import { HarnessTest } from "../../contract/doctor.ts";
import {
  AgentCommand,
  AgentStatus,
  CreateHarnessBody,
  Harness,
  HarnessTemplate,
  ModelOption,
  PatchHarnessBody,
} from "../../contract/harness.ts";
import { HarnessId } from "../../contract/primitives.ts";
import { endpoint } from "../endpoint.ts";
import { answer, json, problem, read } from "../respond.ts";
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
  harnessTemplates: endpoint({
    answer: z.object({ templates: z.array(HarnessTemplate) }),
    handle: ({ context }) => read(context.engine.harnesses.templates()),
  }),
  testHarness: endpoint({
    params: HarnessParams,
    answer: z.object({ test: HarnessTest }),
    handle: async ({ params, peer, context }) => {
      // Nothing goes over the wire while the program works.
      peer.idle(30);
      return read(await context.engine.harnesses.test(params.id));
    },
  }),
  loginHarness: endpoint({
    params: HarnessParams,
    answer: z.object({ command: z.string(), opened: z.boolean() }),
    handle: ({ params, meta, peer, context }) => {
      // Nothing goes over the wire until a terminal has opened, or cannot.
      peer.idle(60);
      return context.memo.once(meta, async () => {
        const login = await context.engine.harnesses.login(params.id);
        if (!login.ok) return problem(login.fault);
        const { command, script } = login.value;
        const folder = join(context.info().dataDir, "tmp");
        const { ok } = await context.opener.run({ script, folder });
        return json(200, { command, opened: ok });
      });
    },
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
