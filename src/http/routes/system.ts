import { z } from "zod";
import { Doctor, ProbeBody, ProbeProgress, ProbeReport } from "../../contract/doctor.ts";
import { AgentOptions } from "../../contract/harness.ts";
import { Column, columns, HarnessId } from "../../contract/primitives.ts";
import { endpoint } from "../endpoint.ts";
import { json, problem, read, text } from "../respond.ts";
import { Flag } from "../schemas.ts";

export const systemEndpoints = {
  health: endpoint({
    answer: z.object({
      ok: z.literal(true),
      app: z.literal("agetor"),
      version: z.string(),
    }),
    handle: ({ context }) => {
      const { version } = context.info();
      return json(200, { ok: true, app: "agetor", version });
    },
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
  doctor: endpoint({
    query: z.object({ fresh: Flag.exactOptional() }),
    answer: z.object({ doctor: Doctor }),
    handle: async ({ query, context }) =>
      read(await context.engine.doctor.look(context.info(), { fresh: query.fresh ?? false })),
  }),
  doctorProbe: endpoint({
    body: ProbeBody,
    answer: z.object({ report: ProbeReport }),
    handle: async ({ body, peer, context }) => {
      // Nothing goes over the wire while the CLI works.
      peer.idle(120);
      return read(await context.engine.doctor.probe(body.harnessId));
    },
  }),
  doctorProbing: endpoint({
    answer: z.object({ progress: ProbeProgress.nullable() }),
    handle: ({ context }) => read(context.engine.doctor.probing()),
  }),
  doctorReport: endpoint({
    answer: null,
    handle: async ({ context }) => {
      const report = await context.engine.doctor.report(context.info());
      return report.ok ? text(report.value) : problem(report.fault);
    },
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
