import { z } from "zod";
import type { RouteId } from "../../contract/routes.ts";
import { type Endpoint, endpoint } from "../endpoint.ts";
import { describeApi } from "../openapi.ts";
import { json } from "../respond.ts";
import { authEndpoints } from "./auth.ts";
import { changeEndpoints } from "./changes.ts";
import { eventEndpoints } from "./events.ts";
import { harnessEndpoints } from "./harnesses.ts";
import { interactionEndpoints } from "./interactions.ts";
import { mcpEndpoints } from "./mcp.ts";
import { placeEndpoints } from "./places.ts";
import { preferenceEndpoints } from "./preferences.ts";
import { projectEndpoints } from "./projects.ts";
import { reviewEndpoints } from "./reviews.ts";
import { runEndpoints } from "./runs.ts";
import { systemEndpoints } from "./system.ts";
import { taskEndpoints, taskViewEndpoints } from "./tasks.ts";
import { usageEndpoints } from "./usage.ts";

/** Every route of the table with its handler; the compiler holds the two together. */
export const endpoints: Readonly<Record<RouteId, Endpoint>> = {
  ...systemEndpoints,
  openapi: endpoint({
    answer: z.record(z.string(), z.unknown()),
    handle: ({ context }) => json(200, describeApi(endpoints, context.info().version)),
  }),
  ...authEndpoints,
  ...taskEndpoints,
  ...taskViewEndpoints,
  ...reviewEndpoints,
  ...changeEndpoints,
  ...runEndpoints,
  ...usageEndpoints,
  ...interactionEndpoints,
  ...mcpEndpoints,
  ...eventEndpoints,
  ...harnessEndpoints,
  ...projectEndpoints,
  ...preferenceEndpoints,
  ...placeEndpoints,
};
