import type {
  Doctor,
  HarnessTest,
  ProbeBody,
  ProbeProgress,
  ProbeReport,
} from "../../contract/doctor.ts";
import type { FileMatch, HarnessTemplate } from "../../contract/harness.ts";
import type { UsageReport } from "../../contract/usage.ts";

/** A browser that was let in, and may be put out again. */
export interface BrowserToken {
  readonly id: string;
  readonly label: string;
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly lastUsedAt: number | null;
}

/** What is asked to see how the machine, the agents and the accounts are, and to change them. */
export interface SettingsCalls {
  "GET /doctor": { query: { readonly fresh?: boolean }; answer: { doctor: Doctor } };
  "GET /doctor/probe": { answer: { progress: ProbeProgress | null } };
  "POST /doctor/probe": { body: ProbeBody; answer: { report: ProbeReport } };
  "GET /usage": {
    query: { readonly days?: number; readonly timezone?: string };
    answer: { usage: UsageReport };
  };
  "GET /harness-templates": { answer: { templates: readonly HarnessTemplate[] } };
  "POST /harnesses/:id/test": { body: Record<string, never>; answer: { test: HarnessTest } };
  "POST /harnesses/:id/login": {
    body: Record<string, never>;
    answer: { command: string; opened: boolean };
  };
  "GET /files": {
    query: {
      readonly taskId?: string;
      readonly workdir?: string;
      readonly q?: string;
      readonly limit?: number;
    };
    answer: { files: readonly FileMatch[] };
  };
  "GET /auth/tokens": { answer: { tokens: readonly BrowserToken[] } };
  "DELETE /auth/tokens/:id": { answer: unknown };
}
