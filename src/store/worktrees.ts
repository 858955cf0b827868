import type { ProjectSetup } from "../contract/project.ts";
import { fromJson, type Sql, toJson } from "./sql.ts";
import type { PortRange, ProjectSetupRecord, WorktreeRecord } from "./types.ts";

type ProjectSetupRow = {
  common_dir: string;
  setup: string;
  teardown: string;
  copy: string;
  ports: number;
  updated_at: number;
};

type WorktreeRow = {
  task_id: string;
  mark: string;
  first_port: number | null;
  ports: number;
  copied: number;
  attempts: number;
  setup: string;
  teardown: string;
};

function worktreeRecord(row: WorktreeRow): WorktreeRecord {
  return {
    taskId: row.task_id,
    mark: row.mark,
    firstPort: row.first_port,
    ports: row.ports,
    copied: row.copied === 1,
    attempts: row.attempts,
    setup: fromJson<WorktreeRecord["setup"]>(row.setup),
    teardown: fromJson<WorktreeRecord["teardown"]>(row.teardown),
  };
}

/** What new worktrees get, and what those that are there have. */
export function worktreeReads(sql: Sql) {
  return {
    projectSetup(commonDir: string): ProjectSetup | null {
      const row = sql.get<ProjectSetupRow>(
        "SELECT * FROM project_setup WHERE common_dir = $commonDir",
        { commonDir },
      );
      if (row === null) return null;
      const { setup, teardown, ports } = row;
      return { setup, teardown, copy: fromJson<string[]>(row.copy), ports };
    },
    worktree(taskId: string): WorktreeRecord | null {
      const row = sql.get<WorktreeRow>("SELECT * FROM worktree WHERE task_id = $taskId", {
        taskId,
      });
      return row === null ? null : worktreeRecord(row);
    },
    portRanges(): PortRange[] {
      return sql.all<PortRange>(
        `SELECT first_port AS first, ports AS count FROM worktree
         WHERE first_port IS NOT NULL ORDER BY first_port`,
      );
    },
  };
}

export function worktreeWrites(sql: Sql) {
  return {
    putProjectSetup(record: ProjectSetupRecord): void {
      const row: ProjectSetupRow = {
        common_dir: record.commonDir,
        setup: record.setup,
        teardown: record.teardown,
        copy: toJson(record.copy),
        ports: record.ports,
        updated_at: record.updatedAt,
      };
      sql.put("project_setup", "common_dir", row);
    },
    putWorktree(record: WorktreeRecord): void {
      const row: WorktreeRow = {
        task_id: record.taskId,
        mark: record.mark,
        first_port: record.firstPort,
        ports: record.ports,
        copied: record.copied ? 1 : 0,
        attempts: record.attempts,
        setup: toJson(record.setup),
        teardown: toJson(record.teardown),
      };
      sql.put("worktree", "task_id", row);
    },
    dropWorktree(taskId: string): void {
      sql.run("DELETE FROM worktree WHERE task_id = $taskId", { taskId });
    },
  };
}
