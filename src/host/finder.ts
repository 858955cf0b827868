import { absoluteFolders, findProgram, isLookedUp } from "./find.ts";
import type { LoginPath } from "./login-path.ts";
import { realProgram } from "./shims.ts";
import type { FoundProgram } from "./types.ts";

/** Looks programs up wherever a person may have installed them. */
export class Finder {
  readonly #env: Readonly<Record<string, string>>;
  readonly #login: LoginPath;

  constructor(env: Readonly<Record<string, string>>, login: LoginPath) {
    this.#env = env;
    this.#login = login;
  }

  /** See `Host.find`. The person's shell is asked only where the server's PATH does not do. */
  async find(name: string): Promise<FoundProgram> {
    const found = await this.#lookUp(name);
    const real = found.path === null ? null : await realProgram(found.path, this.pathEnv());
    return { ...found, real };
  }

  /** The environment programs are started with: a PATH without anything of the person's is mended. */
  pathEnv(): Readonly<Record<string, string>> {
    if (!this.#login.isNeeded || this.#login.known.length === 0) return this.#env;
    const own = absoluteFolders(this.#env["PATH"]);
    return { ...this.#env, PATH: [...new Set([...this.#login.known, ...own])].join(":") };
  }

  async #lookUp(name: string) {
    if (!isLookedUp(name)) return findProgram(name, this.#env);
    const inPath = Bun.which(name, { PATH: absoluteFolders(this.#env["PATH"]).join(":") });
    const ask = inPath === null || this.#login.isNeeded;
    return findProgram(name, this.#env, ask ? await this.#login.folders() : []);
  }
}
