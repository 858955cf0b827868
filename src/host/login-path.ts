import { randomBytes } from "node:crypto";
import { userInfo } from "node:os";
import { basename } from "node:path";
import { absoluteFolders } from "./find.ts";
import { runCommand } from "./run.ts";

/** Longer than this nobody's shell takes to start; one that waits for something is not waited for. */
const limitMs = 2_500;

/** Shells that take `-i -l -c` and a POSIX command; the C shells take `-l` only alone. */
const loginShells = new Set(["bash", "zsh", "fish", "sh", "dash", "ash", "ksh", "mksh"]);
const cShells = new Set(["csh", "tcsh"]);

/** Folders every process of the system has in its PATH: nothing of the person's is among them. */
const systemFolders =
  /^(\/usr(\/local)?)?\/s?bin$|^\/(usr\/(local\/)?games|snap\/bin|Library\/Apple\/usr\/bin)$/;

/**
 * The PATH that the person's own login shell makes, for servers started from a desktop or as a
 * service. Asked once, when it is first needed; later the answer is remembered.
 */
export class LoginPath {
  readonly #env: Readonly<Record<string, string>>;
  readonly #limitMs: number;
  #asked: Promise<readonly string[]> | null = null;
  #known: readonly string[] = [];

  constructor(env: Readonly<Record<string, string>>, options: { readonly limitMs?: number } = {}) {
    this.#env = env;
    this.#limitMs = options.limitMs ?? limitMs;
  }

  /** True when the server's own PATH has nothing of the person's: no shell of theirs made it. */
  get isNeeded(): boolean {
    return absoluteFolders(this.#env["PATH"]).every((folder) => systemFolders.test(folder));
  }

  /** Its folders, or none when the shell does not say in time. Never rejects. */
  folders(): Promise<readonly string[]> {
    this.#asked ??= this.#ask().then((folders) => {
      this.#known = folders;
      return folders;
    });
    return this.#asked;
  }

  /** What is known without asking. */
  get known(): readonly string[] {
    return this.#known;
  }

  async #ask(): Promise<readonly string[]> {
    const shell = this.#env["SHELL"] ?? shellOfUser();
    const name = basename(shell ?? "");
    if (shell === null || !shell.startsWith("/")) return [];
    if (!loginShells.has(name) && !cShells.has(name)) return [];
    // An rc file may print anything, before and after; only what stands between the marks counts.
    const mark = `agetor-${randomBytes(8).toString("hex")}`;
    const command = `echo ${mark}; /usr/bin/env; echo ${mark}`;
    const said = await runCommand({
      argv: [shell, ...(cShells.has(name) ? ["-c"] : ["-i", "-l", "-c"]), command],
      // In a session of its own and without a terminal or input: nothing in it can ask or wait.
      cwd: this.#env["HOME"] ?? "/",
      env: { ...this.#env, TERM: "dumb", DISABLE_AUTO_UPDATE: "true" },
      timeoutMs: this.#limitMs,
    });
    const between = said.stdout.split(`${mark}\n`)[1] ?? "";
    return absoluteFolders(/^PATH=(.*)$/m.exec(between)?.[1]);
  }
}

function shellOfUser(): string | null {
  try {
    return userInfo().shell;
  } catch {
    // A user id without an entry, as in some containers.
    return null;
  }
}
