import type { Millis } from "../contract/primitives.ts";
import type { Sql } from "./sql.ts";
import type { AttachmentRecord } from "./types.ts";

type AttachmentRow = {
  id: string;
  task_id: string | null;
  media_type: string;
  bytes: number;
  created_at: number;
};

function attachmentRecord(row: AttachmentRow): AttachmentRecord {
  return {
    id: row.id,
    taskId: row.task_id,
    mediaType: row.media_type,
    bytes: row.bytes,
    createdAt: row.created_at,
  };
}

export function blobReads(sql: Sql) {
  return {
    attachment(id: string): AttachmentRecord | null {
      const row = sql.get<AttachmentRow>("SELECT * FROM attachment WHERE id = $id", { id });
      return row === null ? null : attachmentRecord(row);
    },
    attachments(taskId: string): AttachmentRecord[] {
      return sql
        .all<AttachmentRow>("SELECT * FROM attachment WHERE task_id = $taskId ORDER BY id", {
          taskId,
        })
        .map(attachmentRecord);
    },
    blob(id: string): Uint8Array | null {
      const row = sql.get<{ bytes: Uint8Array }>("SELECT bytes FROM blob WHERE id = $id", { id });
      return row === null ? null : new Uint8Array(Bun.zstdDecompressSync(row.bytes));
    },
  };
}

export function blobWrites(sql: Sql) {
  return {
    putAttachment(attachment: AttachmentRecord): void {
      const row: AttachmentRow = {
        id: attachment.id,
        task_id: attachment.taskId,
        media_type: attachment.mediaType,
        bytes: attachment.bytes,
        created_at: attachment.createdAt,
      };
      sql.put("attachment", "id", row);
    },
    /** An id that is already there keeps its bytes: the same output read twice is one blob. */
    putBlob(id: string, bytes: Uint8Array, at: Millis): void {
      sql.run(
        `INSERT INTO blob (id, bytes, size, created_at) VALUES ($id, $bytes, $size, $at)
         ON CONFLICT DO NOTHING`,
        { id, bytes: Bun.zstdCompressSync(bytes), size: bytes.byteLength, at },
      );
    },
  };
}
