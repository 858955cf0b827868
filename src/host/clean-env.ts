import { homedir, userInfo } from "node:os";

const allowed = new Set([
  "ALL_PROXY",
  "CLICOLOR",
  "COLORTERM",
  "DBUS_SESSION_BUS_ADDRESS",
  "HOME",
  "HTTPS_PROXY",
  "HTTP_PROXY",
  "LANG",
  "LANGUAGE",
  "LOGNAME",
  "NODE_EXTRA_CA_CERTS",
  "NO_PROXY",
  "PATH",
  "SHELL",
  "SSH_AUTH_SOCK",
  "SSL_CERT_DIR",
  "SSL_CERT_FILE",
  "TERM",
  "TMPDIR",
  "TZ",
  "USER",
  "WSL_DISTRO_NAME",
  "WSL_INTEROP",
  "__CF_USER_TEXT_ENCODING",
  "all_proxy",
  "http_proxy",
  "https_proxy",
  "no_proxy",
]);
const allowedPrefixes = ["LC_", "XDG_"];

const usualPath = "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin";

/**
 * What an agent and our own helpers may inherit: an allow-list, so that no key, no setting of an
 * interpreter (`NODE_OPTIONS`, `LD_*`, `DYLD_*`), no `GIT_*`, nothing of ours and nothing of
 * another agent's account gets through. PATH keeps its absolute entries only: an empty or relative
 * one would run programs from a worktree.
 */
export function cleanEnv(
  env: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string>> {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    if (value === undefined || value.includes("\0")) continue;
    if (allowed.has(name) || allowedPrefixes.some((prefix) => name.startsWith(prefix))) {
      kept[name] = value;
    }
  }
  const path = (kept["PATH"] ?? "").split(":").filter((entry) => entry.startsWith("/"));
  kept["PATH"] = path.length > 0 ? path.join(":") : usualPath;
  kept["HOME"] = absolute(kept["HOME"]) ?? homedir();
  if (absolute(kept["TMPDIR"]) === null) delete kept["TMPDIR"];
  kept["TERM"] ??= "xterm-256color";
  if (kept["LC_ALL"] === undefined && kept["LC_CTYPE"] === undefined) {
    kept["LANG"] ??= process.platform === "darwin" ? "en_US.UTF-8" : "C.UTF-8";
  }
  nameUser(kept);
  return kept;
}

function absolute(path: string | undefined): string | null {
  return path?.startsWith("/") ? path : null;
}

function nameUser(kept: Record<string, string>): void {
  if (kept["USER"] !== undefined && kept["LOGNAME"] !== undefined) return;
  const name = kept["USER"] ?? kept["LOGNAME"] ?? userName();
  if (name === null) return;
  kept["USER"] ??= name;
  kept["LOGNAME"] ??= name;
}

/** Null in a container whose user has no name; Bun then says "unknown". */
function userName(): string | null {
  try {
    const { username } = userInfo();
    return username === "unknown" ? null : username;
  } catch {
    return null;
  }
}
