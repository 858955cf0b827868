import { createContext, use } from "react";
import type { Changes } from "../../../contract/changes.ts";
import type { Review, ReviewComment } from "../../../contract/review.ts";
import type { Run } from "../../../contract/run.ts";
import type { Task } from "../../../contract/task.ts";
import type { Placing } from "../comments/placing.ts";
import type { Compared } from "./scope.ts";
import type { ShownFiles } from "./use-shown.ts";
import type { SeenFiles } from "./viewed.ts";

/** What all parts of the review know. */
export interface ReviewFacts {
  readonly task: Task;
  readonly compared: Compared;
  readonly changes: Changes;
  readonly shown: ShownFiles;
  readonly seen: SeenFiles;
  readonly review: Review;
  readonly comments: ReadonlyMap<string, ReviewComment>;
  readonly placing: Placing;
  /** Newest first. */
  readonly runs: readonly Run[];
}

export const ReviewContext = createContext<ReviewFacts | null>(null);

export function useFacts(): ReviewFacts {
  const facts = use(ReviewContext);
  if (facts === null) throw new Error("a part of the review stands outside of it");
  return facts;
}
