import type {
  ChangedFile,
  ChangeQuery,
  Changes,
  FileLines,
  TaskCommit,
} from "../contract/changes.ts";
import type { Result } from "../contract/result.ts";
import type { SideOfFile } from "../git/types.ts";
import type { Answer, CommandMeta } from "./command.ts";

/** What has changed in a task's files, between the two states a query names. */
export interface TaskChanges {
  list(id: string, query: ChangeQuery, signal: AbortSignal): Promise<Result<{ changes: Changes }>>;
  /** One file with its whole patch. */
  file(
    id: string,
    path: string,
    query: ChangeQuery,
    signal: AbortSignal,
  ): Promise<Result<{ file: ChangedFile }>>;
  /** Lines that a patch leaves out; 1-based and inclusive, at most 10,000. */
  lines(
    id: string,
    file: SideOfFile & { readonly start: number; readonly end: number },
    query: ChangeQuery,
    signal: AbortSignal,
  ): Promise<Result<{ lines: FileLines }>>;
  /** An image, told by its bytes; anything else is `unsupported_media_type`. */
  image(
    id: string,
    file: SideOfFile,
    query: ChangeQuery,
    signal: AbortSignal,
  ): Promise<Result<{ readonly bytes: Uint8Array; readonly mediaType: string }>>;
  /** All files, or some, as `git apply` takes them. */
  patch(
    id: string,
    paths: readonly string[] | null,
    query: ChangeQuery,
    signal: AbortSignal,
  ): Promise<Result<Uint8Array>>;
  commits(id: string, signal: AbortSignal): Promise<Result<{ commits: readonly TaskCommit[] }>>;
  /** The person has seen everything as it is now: the scope `review` begins here. */
  markReviewed(id: string, meta: CommandMeta): Answer<{ reviewedAt: number }>;
  /** When that was last; null = never. */
  reviewedAt(id: string): Promise<Result<number | null>>;
}
