import { closeSync, openSync, readdirSync, readSync } from "node:fs";
import { SetupFault } from "./fault.mjs";

/** @typedef {{ os: string, cpu: string, libc: "glibc" | "musl" | null }} Platform */

/**
 * The npm package that holds Bun for a platform.
 * @param {Platform} platform in Node's words
 * @returns {string}
 */
export function bunPackage({ os, cpu, libc }) {
  if (os === "win32") {
    throw new SetupFault(
      "Agetor runs on Windows inside WSL.",
      "Open a WSL shell (`wsl`), clone the repository there, and start it from that shell.",
    );
  }
  const arch = { x64: "x64", arm64: "aarch64" }[cpu];
  if ((os !== "linux" && os !== "darwin") || !arch) {
    throw new SetupFault(
      `There is no Bun for ${os} on ${cpu}.`,
      "Agetor runs on Linux and macOS, on x64 and arm64.",
    );
  }
  return `@oven/bun-${os}-${arch}${libc === "musl" ? "-musl" : ""}`;
}

/** @returns {Platform} */
export function thisPlatform() {
  const { platform: os, arch: cpu } = process;
  return { os, cpu, libc: os === "linux" ? libcOf(process.execPath) : null };
}

/**
 * Which C library a program was linked with. Node's own answer lies in `process.report`, which can
 * take seconds to resolve every network peer; the loader's name in the first page is instant.
 * @param {string} executable
 * @returns {"glibc" | "musl"}
 */
export function libcOf(executable) {
  const head = Buffer.alloc(4096);
  try {
    const file = openSync(executable, "r");
    readSync(file, head, 0, head.length, 0);
    closeSync(file);
  } catch {
    // An unreadable executable tells nothing; the system's loaders may.
  }
  if (head.includes("/ld-musl-")) return "musl";
  if (head.includes("/ld-linux")) return "glibc";
  try {
    return readdirSync("/lib").some((name) => name.startsWith("ld-musl-")) ? "musl" : "glibc";
  } catch {
    return "glibc";
  }
}
