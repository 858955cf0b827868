import type { Fault } from "./fault.ts";

/** The answer of anything that can fail for a reason a person should read. Bugs are thrown instead. */
export type Result<T, E = Fault> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly fault: E };

export function ok<T>(value: T): { readonly ok: true; readonly value: T } {
  return { ok: true, value };
}

export function err<E>(fault: E): { readonly ok: false; readonly fault: E } {
  return { ok: false, fault };
}
