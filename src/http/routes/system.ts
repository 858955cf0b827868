import { z } from "zod";
import { AgentOptions } from "../../contract/harness.ts";
import { Column, columns, HarnessId } from "../../contract/primitives.ts";
import { endpoint } from "../endpoint.ts";
import { json } from "../respond.ts";

export const systemEndpoints = {
  health: endpoint({
    answer: z.object({ ok: z.literal(true), app: z.literal("agetor"), version: z.string() }),
    handle: ({ context }) =>
      json(200, { ok: true, app: "agetor", version: context.info().version }),
  }),
  info: endpoint({
    answer: z.object({
      version: z.string(),
      commit: z.string().nullable(),
      startedAt: z.number().int(),
      dataDir: z.string(),
      port: z.number().int(),
      platform: z.string(),
      runtime: z.string(),
    }),
    handle: ({ context }) => json(200, context.info()),
  }),
  defaults: endpoint({
    answer: z.object({
      home: z.string(),
      cwd: z.string(),
      dataDir: z.string(),
      defaultAgent: HarnessId,
      columns: z.array(Column),
      agentOptions: z.record(z.string(), AgentOptions),
    }),
    handle: ({ context }) =>
      json(200, {
        home: context.home,
        cwd: context.cwd,
        dataDir: context.info().dataDir,
        defaultAgent: context.engine.harnesses.defaultAgent(),
        columns,
        agentOptions: context.engine.harnesses.options(),
      }),
  }),
};
