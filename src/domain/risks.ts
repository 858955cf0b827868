/** What a person should see at a glance before allowing something. Hints, never a gate. */
export function risksOf(tool: {
  readonly name: string;
  readonly input: unknown;
  readonly cwd: string;
}): readonly string[] {
  const text = textOf(tool.input);
  const risks: string[] = [];
  if (paths(text).some((path) => !isInside(path, tool.cwd))) {
    risks.push("Outside the worktree");
  }
  if (network.test(text) || /^(WebFetch|WebSearch)$/.test(tool.name)) {
    risks.push("Network");
  }
  if (deletion.test(text)) {
    risks.push("Deletes");
  }
  if (credentials.test(text)) {
    risks.push("Credential files");
  }
  if (/\bsudo\b|\bsu\s+-/.test(text)) {
    risks.push("Other user");
  }
  if (/\bgit\s+push\b/.test(text)) {
    risks.push("Publishes");
  }
  return risks;
}

const network =
  /(?<![.\w/-])(curl|wget|ssh|scp|rsync|nc|ncat|telnet|ftp)\b|https?:\/\/|\b(npm|pnpm|yarn|bun|pip|pip3|cargo|gem|go|apt|apt-get|brew|docker)\s+(install|add|get|pull|publish|push|i)\b/;
const deletion =
  /\brm\s|\brmdir\b|\bunlink\b|\bshred\b|\bgit\s+(clean|reset\s+--hard|branch\s+-D)\b|\bfind\b.*-delete|\bDROP\s+(TABLE|DATABASE)\b|\btruncate\b/i;
const credentials =
  /\.env\b|\.ssh\b|\.aws\b|\.npmrc\b|\.netrc\b|\.pgpass\b|\bid_(rsa|ed25519|ecdsa)\b|credentials|secrets?\.(json|ya?ml|toml)|\.kube\b|\.gnupg\b|\bauth\.json\b/i;

/** What a tool is asked to do; what it writes into a file does nothing by itself. */
function textOf(input: unknown): string {
  if (typeof input === "string") {
    return input;
  }
  if (typeof input !== "object" || input === null) {
    return "";
  }
  const writes = "file_path" in input || "notebook_path" in input;
  return Object.entries(input)
    .filter(([name]) => !(writes && written.has(name)))
    .map(([, value]) => textOf(value))
    .join("\n");
}

/** Where the tools that change files carry their text. */
const written = new Set(["content", "old_string", "new_string", "new_source", "edits"]);

/** Absolute paths, home paths and ways up, as far as they can be told in a text. */
function paths(text: string): readonly string[] {
  return text.match(/(?<![\w.:/-])(?:~\/|\/(?!\/)|\.\.\/)[^\s"'`;|&<>()]*/g) ?? [];
}

function isInside(path: string, cwd: string): boolean {
  if (path.startsWith("/dev/null")) {
    return true;
  }
  return path === cwd || path.startsWith(`${cwd}/`);
}
