import type { Harness } from "../contract/harness.ts";
import type { AgentKind } from "../contract/primitives.ts";
import type { Project } from "../contract/project.ts";
import { fromJson, type Sql, toJson } from "./sql.ts";
import type { TrustRecord } from "./types.ts";

type ProjectRow = { path: string; name: string; created_at: number };
type TrustRow = { path: string; hash: string; files: string; trusted_at: number };
type PreferenceRow = { key: string; value: string };
type HarnessRow = {
  id: string;
  kind: string;
  label: string;
  builtin: number;
  enabled: number;
  bin: string | null;
  args: string;
  home: string | null;
  env: string;
  created_at: number;
  updated_at: number;
};

function harnessRecord(row: HarnessRow): Harness {
  return {
    id: row.id,
    kind: row.kind as AgentKind,
    label: row.label,
    builtin: row.builtin === 1,
    enabled: row.enabled === 1,
    bin: row.bin,
    args: fromJson<string[]>(row.args),
    home: row.home,
    env: fromJson<Record<string, string>>(row.env),
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

export function settingReads(sql: Sql) {
  return {
    projects(): Omit<Project, "isRepository">[] {
      return sql
        .all<ProjectRow>("SELECT * FROM project ORDER BY name COLLATE NOCASE, path")
        .map(({ path, name, created_at }) => ({ path, name, createdAt: created_at }));
    },
    trust(path: string): TrustRecord | null {
      const row = sql.get<TrustRow>("SELECT * FROM trust WHERE path = $path", { path });
      if (row === null) return null;
      const files = fromJson<TrustRecord["files"]>(row.files);
      return { path, hash: row.hash, files, trustedAt: row.trusted_at };
    },
    /** Built-ins first, then by age. */
    harnesses(): Harness[] {
      return sql
        .all<HarnessRow>("SELECT * FROM harness ORDER BY builtin DESC, created_at, id")
        .map(harnessRecord);
    },
    harness(id: string): Harness | null {
      const row = sql.get<HarnessRow>("SELECT * FROM harness WHERE id = $id", { id });
      return row === null ? null : harnessRecord(row);
    },
    preferences(): Record<string, unknown> {
      const rows = sql.all<PreferenceRow>("SELECT key, value FROM preference ORDER BY key");
      return Object.fromEntries(rows.map((row) => [row.key, fromJson<unknown>(row.value)]));
    },
  };
}

export function settingWrites(sql: Sql) {
  return {
    putProject({ path, name, createdAt }: Omit<Project, "isRepository">): void {
      const row: ProjectRow = { path, name, created_at: createdAt };
      sql.put("project", "path", row);
    },
    removeProject(path: string): boolean {
      return sql.run("DELETE FROM project WHERE path = $path", { path }) > 0;
    },
    putTrust({ path, hash, files, trustedAt }: TrustRecord): void {
      const row: TrustRow = { path, hash, files: toJson(files), trusted_at: trustedAt };
      sql.put("trust", "path", row);
    },
    putHarness(harness: Harness): void {
      const row: HarnessRow = {
        id: harness.id,
        kind: harness.kind,
        label: harness.label,
        builtin: harness.builtin ? 1 : 0,
        enabled: harness.enabled ? 1 : 0,
        bin: harness.bin,
        args: toJson(harness.args),
        home: harness.home,
        env: toJson(harness.env),
        created_at: harness.createdAt,
        updated_at: harness.updatedAt,
      };
      sql.put("harness", "id", row);
    },
    removeHarness(id: string): boolean {
      return sql.run("DELETE FROM harness WHERE id = $id", { id }) > 0;
    },
    putPreference(key: string, value: unknown): void {
      const row: PreferenceRow = { key, value: toJson(value) };
      sql.put("preference", "key", row);
    },
  };
}
