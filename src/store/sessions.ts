import type { AgentKind } from "../contract/primitives.ts";
import { fromJson, fromJsonOrNull, type Sql, toJson, toJsonOrNull } from "./sql.ts";
import type { CursorRecord, SessionProgram, SessionRecord, SessionSettings } from "./types.ts";

type SessionRow = {
  id: string;
  task_id: string;
  harness_id: string;
  kind: string;
  state: string;
  ref: string | null;
  agent_session_id: string | null;
  token_hash: string | null;
  settings: string | null;
  program: string | null;
  created_at: number;
  closed_at: number | null;
};

type CursorRow = {
  session_id: string;
  stream: string;
  generation: number;
  offset: number;
  decoder_state: string;
};

function sessionRecord(row: SessionRow): SessionRecord {
  return {
    id: row.id,
    taskId: row.task_id,
    harnessId: row.harness_id,
    kind: row.kind as AgentKind,
    state: row.state as SessionRecord["state"],
    ref: fromJsonOrNull<unknown>(row.ref),
    agentSessionId: row.agent_session_id,
    tokenHash: row.token_hash,
    settings: fromJsonOrNull<SessionSettings>(row.settings),
    program: fromJsonOrNull<SessionProgram>(row.program),
    createdAt: row.created_at,
    closedAt: row.closed_at,
  };
}

function one(row: SessionRow | null): SessionRecord | null {
  return row === null ? null : sessionRecord(row);
}

export function sessionReads(sql: Sql) {
  return {
    session(id: string): SessionRecord | null {
      return one(sql.get<SessionRow>("SELECT * FROM session WHERE id = $id", { id }));
    },
    sessionByToken(tokenHash: string): SessionRecord | null {
      return one(
        sql.get<SessionRow>("SELECT * FROM session WHERE token_hash = $tokenHash", { tokenHash }),
      );
    },
    latestSession(taskId: string): SessionRecord | null {
      return one(
        sql.get<SessionRow>(
          "SELECT * FROM session WHERE task_id = $taskId ORDER BY n DESC LIMIT 1",
          { taskId },
        ),
      );
    },
    openSessions(): SessionRecord[] {
      return sql
        .all<SessionRow>("SELECT * FROM session WHERE state <> 'closed' ORDER BY n")
        .map(sessionRecord);
    },
    sessionIds(taskId: string): string[] {
      return sql
        .all<{ id: string }>("SELECT id FROM session WHERE task_id = $taskId ORDER BY n", {
          taskId,
        })
        .map((row) => row.id);
    },
    cursor(sessionId: string, stream: string): CursorRecord | null {
      const row = sql.get<CursorRow>(
        "SELECT * FROM cursor WHERE session_id = $sessionId AND stream = $stream",
        { sessionId, stream },
      );
      if (row === null) return null;
      const { generation, offset } = row;
      return { sessionId, stream, generation, offset, state: fromJson<unknown>(row.decoder_state) };
    },
  };
}

export function sessionWrites(sql: Sql) {
  return {
    putSession(session: SessionRecord): void {
      const row: SessionRow = {
        id: session.id,
        task_id: session.taskId,
        harness_id: session.harnessId,
        kind: session.kind,
        state: session.state,
        ref: toJsonOrNull(session.ref),
        agent_session_id: session.agentSessionId,
        token_hash: session.tokenHash,
        settings: toJsonOrNull(session.settings),
        program: toJsonOrNull(session.program),
        created_at: session.createdAt,
        closed_at: session.closedAt,
      };
      sql.put("session", "id", row);
    },
    putCursor(cursor: CursorRecord): void {
      const row: CursorRow = {
        session_id: cursor.sessionId,
        stream: cursor.stream,
        generation: cursor.generation,
        offset: cursor.offset,
        decoder_state: toJson(cursor.state),
      };
      sql.put("cursor", "session_id, stream", row);
    },
  };
}
