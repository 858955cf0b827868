import { type Fault, fault } from "../contract/fault.ts";
import { err, ok, type Result } from "../contract/result.ts";
import { tooLarge } from "./guard.ts";

export const jsonCap = 8 * 1024 * 1024;
export const attachmentCap = 20 * 1024 * 1024;

/**
 * Reads a body of at most `cap` bytes, whatever its `Content-Length` says, and stops reading at
 * the first byte too many. Errors: `too_large`; `invalid_request` when the client hung up.
 */
export async function readBody(request: Request, cap: number): Promise<Result<Uint8Array, Fault>> {
  if (request.body === null) return ok(new Uint8Array());
  const chunks: Uint8Array[] = [];
  let size = 0;
  const reader = request.body.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      size += value.byteLength;
      if (size > cap) {
        await reader.cancel();
        return err(tooLarge(cap));
      }
      chunks.push(value);
    }
  } catch {
    return err(fault("invalid_request", "The body ended early."));
  }
  return ok(new Uint8Array(Bun.concatArrayBuffers(chunks, size)));
}
