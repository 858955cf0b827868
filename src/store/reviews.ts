import type { LineRange, ViewedFile } from "../contract/review.ts";
import type { Anchor } from "../domain/anchor.ts";
import { fromJsonOrNull, type Sql, toJsonOrNull } from "./sql.ts";
import type { CommentRecord } from "./types.ts";

type CommentRow = {
  id: string;
  task_id: string;
  path: string | null;
  range: string | null;
  quote: string;
  body: string;
  anchor: string | null;
  message_id: string | null;
  addressed_in: string | null;
  settled: number | null;
  created_at: number;
  updated_at: number;
  sent_at: number | null;
};

type ViewedRow = { task_id: string; path: string; content: string; at: number };

function commentRecord(row: CommentRow): CommentRecord {
  return {
    id: row.id,
    taskId: row.task_id,
    path: row.path,
    range: fromJsonOrNull<LineRange>(row.range),
    quote: row.quote,
    body: row.body,
    anchor: fromJsonOrNull<Anchor>(row.anchor),
    messageId: row.message_id,
    addressedIn: row.addressed_in,
    settled: row.settled === null ? null : row.settled === 1,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    sentAt: row.sent_at,
  };
}

export function reviewReads(sql: Sql) {
  return {
    comments(taskId: string): CommentRecord[] {
      return sql
        .all<CommentRow>("SELECT * FROM review_comment WHERE task_id = $taskId ORDER BY n", {
          taskId,
        })
        .map(commentRecord);
    },
    comment(id: string): CommentRecord | null {
      const row = sql.get<CommentRow>("SELECT * FROM review_comment WHERE id = $id", { id });
      return row === null ? null : commentRecord(row);
    },
    viewed(taskId: string): ViewedFile[] {
      return sql
        .all<ViewedRow>("SELECT * FROM viewed_file WHERE task_id = $taskId ORDER BY path", {
          taskId,
        })
        .map(({ path, content, at }) => ({ path, id: content, at }));
    },
  };
}

export function reviewWrites(sql: Sql) {
  return {
    putComment(comment: CommentRecord): void {
      const row: CommentRow = {
        id: comment.id,
        task_id: comment.taskId,
        path: comment.path,
        range: toJsonOrNull(comment.range),
        quote: comment.quote,
        body: comment.body,
        anchor: toJsonOrNull(comment.anchor),
        message_id: comment.messageId,
        addressed_in: comment.addressedIn,
        settled: comment.settled === null ? null : Number(comment.settled),
        created_at: comment.createdAt,
        updated_at: comment.updatedAt,
        sent_at: comment.sentAt,
      };
      sql.put("review_comment", "id", row);
    },
    removeComment(id: string): boolean {
      return sql.run("DELETE FROM review_comment WHERE id = $id", { id }) > 0;
    },
    putViewed(taskId: string, { path, id, at }: ViewedFile): void {
      const row: ViewedRow = { task_id: taskId, path, content: id, at };
      sql.put("viewed_file", "task_id, path", row);
    },
    removeViewed(taskId: string, path: string): void {
      sql.run("DELETE FROM viewed_file WHERE task_id = $taskId AND path = $path", {
        taskId,
        path,
      });
    },
  };
}
