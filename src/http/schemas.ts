import { z } from "zod";
import { HarnessId, Ulid } from "../contract/primitives.ts";

/** Text of a query or body that reaches the file system: no control character fits there. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: refusing them is the point.
const plain = /^[^\u0000-\u001f\u007f]*$/;

export const PathText = z.string().min(1).max(4096).regex(plain, "must have no control characters");
export const Text = z.string().min(1).max(1000).regex(plain, "must have no control characters");
/** What is searched for; nothing at all as long as nothing is typed. */
export const Search = z.string().max(1000).regex(plain, "must have no control characters");

/** A whole number in a query. */
const whole = (pattern: RegExp, what: string) =>
  z.string().regex(pattern, `must be ${what}`).transform(Number);

export const Limit = whole(/^(?:[1-9]\d{0,2}|1000)$/, "a whole number from 1 to 1000");
export const LineNumber = whole(/^[1-9]\d{0,8}$/, "a whole number from 1");
/** The path of a file in a repository: any text that can be a name. */
export const FilePath = z
  .string()
  .min(1)
  .max(4096)
  .refine((path) => !path.includes("\0"), "must have no NUL");
export const Seq = whole(/^\d{1,15}$/, "a whole number");
export const Days = whole(
  /^(?:[1-9]|[1-9]\d|[12]\d\d|3[0-5]\d|36[0-6])$/,
  "a whole number from 1 to 366",
);
export const Cursor = z.string().min(1).max(1000);
export const Flag = z.enum(["true", "false"]).transform((flag) => flag === "true");

export const TaskParams = z.object({ id: Ulid });
export const RunParams = z.object({ id: Ulid });
export const HarnessParams = z.object({ id: HarnessId });

export const Deleted = z.object({ deleted: z.literal(true) });
/** A list answered under its plural noun. */
export const page = <T extends z.ZodRawShape>(shape: T) =>
  z.object({ ...shape, nextCursor: z.string().nullable() });
