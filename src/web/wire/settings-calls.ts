import type { Doctor, ProbeBody, ProbeReport } from "../../contract/doctor.ts";
import type { UsageReport } from "../../contract/usage.ts";

/** What is asked to see how the machine, the agents and the accounts are. */
export interface SettingsCalls {
  "GET /doctor": { query: { readonly fresh?: boolean }; answer: { doctor: Doctor } };
  "POST /doctor/probe": { body: ProbeBody; answer: { report: ProbeReport } };
  "GET /usage": {
    query: { readonly days?: number; readonly timezone?: string };
    answer: { usage: UsageReport };
  };
}
