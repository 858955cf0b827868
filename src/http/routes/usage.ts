import { z } from "zod";
import { UsageReport } from "../../contract/usage.ts";
import { endpoint } from "../endpoint.ts";
import { read } from "../respond.ts";
import { Days, Text } from "../schemas.ts";

export const usageEndpoints = {
  usage: endpoint({
    query: z.object({ days: Days.exactOptional(), timezone: Text.exactOptional() }),
    answer: z.object({ usage: UsageReport }),
    handle: ({ query, context }) =>
      read(
        context.engine.usage.report({ days: query.days ?? 30, timezone: query.timezone ?? null }),
      ),
  }),
};
