import { z } from "zod";
import { fault } from "../../contract/fault.ts";
import { endpoint } from "../endpoint.ts";
import { answer, problem, read } from "../respond.ts";

const Key = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._:-]{0,199}$/, "must be a preference's name");
const All = z.object({ preferences: z.record(z.string(), z.unknown()) });

export const preferenceEndpoints = {
  getPreferences: endpoint({
    answer: All,
    handle: ({ context }) => read(context.engine.preferences.all()),
  }),
  patchPreferences: endpoint({
    body: z.record(Key, z.unknown()),
    answer: All,
    handle: ({ body, meta, context }) => answer(context.engine.preferences.set(body, meta)),
  }),
  putPreference: endpoint({
    params: z.object({ key: z.string() }),
    body: z.strictObject({ value: z.unknown() }),
    answer: All,
    handle: ({ params, body, meta, context }) => {
      const key = Key.safeParse(params.key);
      if (!key.success) return problem(fault("invalid_request", "This is no preference's name."));
      return answer(context.engine.preferences.set({ [key.data]: body.value ?? null }, meta));
    },
  }),
};
