import { access, constants, stat, statfs } from "node:fs/promises";
import type { DoctorCheck } from "../contract/doctor.ts";
import type { Info } from "./api.ts";

const gigabyte = 1024 ** 3;
/** Below these a worktree of an ordinary repository may not fit, or nothing does. */
const littleSpace = 5 * gigabyte;
const noSpace = gigabyte / 2;

/** The data directory: there, ours alone, writable. */
export async function checkData(dataDir: string): Promise<DoctorCheck> {
  const base = { id: "data", group: "machine" as const, label: "Data" };
  const found = await stat(dataDir).catch(() => null);
  const writable = await access(dataDir, constants.W_OK).then(
    () => true,
    () => false,
  );
  if (found === null || !writable) {
    return {
      ...base,
      status: "fail",
      detail: `${dataDir} cannot be written.`,
      more: "Agetor keeps everything there: nothing new is stored until it can be.",
      fix: { kind: "command", label: "Make it writable", command: `chmod 700 '${dataDir}'` },
    };
  }
  if ((found.mode & 0o077) !== 0) {
    return {
      ...base,
      status: "warn",
      detail: `${dataDir} can be read by other users.`,
      more: "It holds transcripts and the token of this server.",
      fix: { kind: "command", label: "Keep it private", command: `chmod 700 '${dataDir}'` },
    };
  }
  return { ...base, status: "pass", detail: `${dataDir}, private to you`, more: null, fix: null };
}

/** Free space where worktrees and the database are. */
export async function checkDisk(dataDir: string): Promise<DoctorCheck> {
  const base = { id: "disk", group: "machine" as const, label: "Disk" };
  const found = await statfs(dataDir).catch(() => null);
  if (found === null) {
    const detail = "How much is free cannot be told.";
    return { ...base, status: "warn", detail, more: null, fix: null };
  }
  const free = found.bavail * found.bsize;
  const detail = `${(free / gigabyte).toFixed(free < 10 * gigabyte ? 1 : 0)} GB free`;
  if (free >= littleSpace) {
    return { ...base, status: "pass", detail, more: null, fix: null };
  }
  return {
    ...base,
    status: free < noSpace ? "fail" : "warn",
    detail,
    more: "Each task has a worktree of its own. Delete tasks that are done, or empty the trash.",
    fix: {
      kind: "command",
      label: "See what takes it",
      command: `du -sh '${dataDir}'/* | sort -h`,
    },
  };
}

/** Where the server listens. That it answers at all is the proof. */
export function checkPort({ port }: Info): DoctorCheck {
  return {
    id: "port",
    group: "machine",
    label: `Port ${port}`,
    status: "pass",
    detail: "Loopback only, with a token",
    more: null,
    fix: null,
  };
}
