import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Descriptor, ResolvedHarness } from "../agents/driver.ts";
import { quotedWord, shellWord } from "../domain/commands.ts";
import { isSecretName } from "../domain/harness-risk.ts";

/** How a person logs in to the account of one harness. */
export interface Login {
  /** For any terminal, as it is: it names the account, whatever that terminal's environment says. */
  readonly command: string;
  /** The same as a program for a terminal that is opened for it: it removes itself first. */
  readonly script: string;
}

/**
 * The login of a harness, for its own config home. Keys of the harness stay out of it: they are no
 * part of a login, and the command is shown. `path` is the PATH agents start with: a terminal that a
 * desktop opens may not know where the program's own interpreter is.
 */
export function loginOf(
  harness: ResolvedHarness,
  { homeEnv, loginArgs }: Pick<Descriptor, "homeEnv" | "loginArgs">,
  program: string,
  path: string,
): Login {
  const given = Object.entries(harness.env).filter(([name]) => !isSecretName(name));
  const env = new Map(given);
  if (homeEnv !== null && harness.home !== null) env.set(homeEnv, harness.home);
  const set = [...env].map(([name, value]) => `${name}=${quotedWord(value)}`);
  // Without a home of its own the agent is started without that variable, and so is its login.
  const unset = homeEnv === null || env.has(homeEnv) ? [] : ["env", "-u", homeEnv];
  const words = [program, ...(loginArgs ?? [])].map(shellWord);
  const command = [...unset, ...set, ...words].join(" ");
  return { command, script: scriptOf(command, harness.label, path) };
}

function scriptOf(command: string, label: string, path: string): string {
  return [
    "#!/bin/sh",
    'rm -f -- "$0"',
    `PATH=${quotedWord(path)}\${PATH:+:$PATH}`,
    "export PATH",
    // A window that closes at once, because there is no such folder, tells nobody anything.
    'cd -- "$HOME" 2>/dev/null || cd /',
    `printf '%s\\n\\n' ${quotedWord(`Logging in: ${label}`)}`,
    command,
    "status=$?",
    `[ $status -eq 0 ] || printf '\\n%s %s.\\n' 'The login ended with exit code' $status`,
    `printf '\\n%s' 'You can close this window now, or press Enter. '`,
    "read -r _",
    "exit $status",
    "",
  ].join("\n");
}

/** Removes login scripts that no terminal of an earlier server has run. */
export function sweepLogins(dataDir: string): void {
  const folder = join(dataDir, "tmp");
  const names = existsSync(folder) ? readdirSync(folder) : [];
  for (const name of names.filter((one) => /^login-.*\.command$/.test(one))) {
    rmSync(join(folder, name), { force: true });
  }
}
