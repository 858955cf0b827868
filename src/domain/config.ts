import { fault } from "../contract/fault.ts";
import { err, ok, type Result } from "../contract/result.ts";
import { words } from "./argument-words.ts";

/** The server's settings, as its environment gives them. */
export interface Config {
  /** Absolute. */
  readonly dataDir: string;
  /** 0 = any free port; null = the last one, else 4317. */
  readonly port: number | null;
  /** A token fixed for scripts, or null for a random one. */
  readonly token: string | null;
  /** False = only print how to get in. */
  readonly openBoard: boolean;
  readonly tmuxBin: string | null;
  /** Program and arguments per kind of agent; a harness's own win over these. */
  readonly overrides: Readonly<Record<string, { bin: string | null; args: readonly string[] }>>;
  /** The scripted agent stands in for Claude Code: no terminal, no account. */
  readonly fakeClaude: boolean;
}

/** The option of `npm start` first, since most people use it; it arrives as the variable. */
const dataDirName = "--data-dir (AGETOR_DATA_DIR)";
const portName = "--port (AGETOR_API_PORT)";

type Env = Readonly<Record<string, string | undefined>>;

/** Reads the environment. What is not understood is refused by name, never guessed at. */
export function readConfig(env: Env, home: string): Result<Config> {
  const dataDir = dataDirOf(env["AGETOR_DATA_DIR"], home);
  if (!dataDir.ok) {
    return dataDir;
  }
  const port = portOf(env["AGETOR_API_PORT"]);
  if (!port.ok) {
    return port;
  }
  const token = env["AGETOR_API_TOKEN"] ?? null;
  if (token !== null && !/^[\x21-\x7e]{32,512}$/.test(token)) {
    return refuse("AGETOR_API_TOKEN", "must be 32 to 512 printable characters without spaces");
  }
  const claudeDriver = env["AGETOR_CLAUDE_DRIVER"] ?? "";
  if (claudeDriver !== "" && claudeDriver !== "fake") {
    return refuse("AGETOR_CLAUDE_DRIVER", 'may only be "fake"');
  }
  return ok({
    dataDir: dataDir.value,
    port: port.value,
    token,
    openBoard: !isOn(env["AGETOR_NO_OPEN"]),
    tmuxBin: nonEmpty(env["AGETOR_TMUX_BIN"]),
    overrides: {
      "claude-code": {
        bin: nonEmpty(env["AGETOR_CLAUDE_BIN"]),
        args: words(env["AGETOR_CLAUDE_ARGS"] ?? ""),
      },
      codex: {
        bin: nonEmpty(env["AGETOR_CODEX_BIN"]),
        args: words(env["AGETOR_CODEX_ARGS"] ?? ""),
      },
    },
    fakeClaude: claudeDriver === "fake",
  });
}

function dataDirOf(text: string | undefined, home: string): Result<string> {
  const given = text === undefined || text === "" ? "~/.agetor" : text;
  const path = given === "~" || given.startsWith("~/") ? home + given.slice(1) : given;
  if (!path.startsWith("/")) {
    return refuse(dataDirName, "must be an absolute path");
  }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a control character is what is refused
  if (/[\u0000-\u001f\u007f]/.test(path)) {
    return refuse(dataDirName, "may not hold control characters");
  }
  const trimmed = path.replace(/\/+$/, "");
  return trimmed === "" ? refuse(dataDirName, "may not be the root folder") : ok(trimmed);
}

function portOf(text: string | undefined): Result<number | null> {
  if (text === undefined || text === "") {
    return ok(null);
  }
  const port = /^\d{1,5}$/.test(text) ? Number(text) : -1;
  return port >= 0 && port <= 65_535
    ? ok(port)
    : refuse(portName, "must be a number from 0 to 65535");
}

function isOn(text: string | undefined): boolean {
  return text !== undefined && text !== "" && text !== "0" && text !== "false";
}

function nonEmpty(text: string | undefined): string | null {
  return text === undefined || text === "" ? null : text;
}

function refuse(name: string, what: string): Result<never> {
  return err(fault("invalid_request", `${name} ${what}.`, `Correct ${name} and start again.`));
}
