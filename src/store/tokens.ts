import type { Sql } from "./sql.ts";
import type { BrowserTokenRecord } from "./types.ts";

type TokenRow = {
  id: string;
  hash: string;
  label: string;
  created_at: number;
  expires_at: number;
  last_used_at: number | null;
};

function tokenRecord(row: TokenRow): BrowserTokenRecord {
  return {
    id: row.id,
    hash: row.hash,
    label: row.label,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    lastUsedAt: row.last_used_at,
  };
}

export function tokenReads(sql: Sql) {
  return {
    browserToken(hash: string): BrowserTokenRecord | null {
      const row = sql.get<TokenRow>("SELECT * FROM browser_token WHERE hash = $hash", { hash });
      return row === null ? null : tokenRecord(row);
    },
    browserTokens(): BrowserTokenRecord[] {
      return sql
        .all<TokenRow>("SELECT * FROM browser_token ORDER BY created_at, id")
        .map(tokenRecord);
    },
  };
}

export function tokenWrites(sql: Sql) {
  return {
    putBrowserToken(token: BrowserTokenRecord): void {
      const row: TokenRow = {
        id: token.id,
        hash: token.hash,
        label: token.label,
        created_at: token.createdAt,
        expires_at: token.expiresAt,
        last_used_at: token.lastUsedAt,
      };
      sql.put("browser_token", "id", row);
    },
    removeBrowserToken(id: string): boolean {
      return sql.run("DELETE FROM browser_token WHERE id = $id", { id }) > 0;
    },
  };
}
