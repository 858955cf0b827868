import { z } from "zod";
import { Millis } from "../../contract/primitives.ts";
import { endpoint } from "../endpoint.ts";
import { json, read } from "../respond.ts";
import { Deleted } from "../schemas.ts";

/** A name for the list of browsers in the settings, from what the browser says it is. */
export function labelOf(userAgent: string | null): string {
  if (userAgent === null) return "Unknown client";
  const browser = /\b(Edg|OPR|Firefox|Chrome|Safari)\//.exec(userAgent)?.[1];
  const system = /\b(Windows|Macintosh|Linux|Android|iPhone|iPad)\b/.exec(userAgent)?.[1];
  if (browser === undefined) return userAgent.replace(/[^\x20-\x7e]/g, "").slice(0, 60);
  const name = { Edg: "Edge", OPR: "Opera" }[browser] ?? browser;
  return system === undefined ? name : `${name} on ${system === "Macintosh" ? "macOS" : system}`;
}

export const authEndpoints = {
  // Never memorised: a code is good for one use, and the answer is a secret.
  authExchange: endpoint({
    body: z.strictObject({ code: z.string().min(1).max(200) }),
    answer: z.object({ token: z.string() }),
    handle: ({ body, request, context }) =>
      read(context.engine.auth.exchange(body.code, labelOf(request.headers.get("user-agent")))),
  }),
  authCode: endpoint({
    status: 201,
    answer: z.object({ code: z.string(), expiresAt: Millis }),
    handle: ({ meta, context }) =>
      context.memo.once(meta, () => json(201, context.engine.auth.issueCode())),
  }),
  authTokens: endpoint({
    answer: z.object({
      tokens: z.array(
        z.object({
          id: z.string(),
          label: z.string(),
          createdAt: Millis,
          expiresAt: Millis,
          lastUsedAt: Millis.nullable(),
        }),
      ),
    }),
    handle: ({ context }) => read(context.engine.auth.tokens()),
  }),
  authRevoke: endpoint({
    params: z.object({ id: z.string().max(200) }),
    answer: Deleted,
    handle: ({ params, meta, context }) =>
      context.memo.once(meta, () => {
        const revoked = context.engine.auth.revoke(params.id);
        if (revoked.ok) context.streamSet.drop(params.id);
        return read(revoked);
      }),
  }),
};
