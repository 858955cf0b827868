import { accessSync, constants } from "node:fs";
import { dirname, join } from "node:path";
import type { Host } from "../host/types.ts";

/** How people get the program of an agent. */
export interface Install {
  readonly npmPackage: string;
  /** Its name as a cask of Homebrew, or null. */
  readonly cask: string | null;
  /** What is still to be done then: "run `codex login`". */
  readonly afterwards: string;
}

/** What this machine has to install a program with. */
export interface Installers {
  /** Path of npm as it was found, or null. */
  readonly npm: string | null;
  /** Whether `npm install -g` may write where it would: a system's own npm is root's. */
  readonly npmWrites: boolean;
  /** Path of Homebrew, or null. */
  readonly brew: string | null;
}

/** How a person gets a program on this machine; the first words in back quotes are the command. Pure. */
export function installHint(install: Install, { npm, npmWrites, brew }: Installers): string {
  const { npmPackage, cask, afterwards } = install;
  if (npm === null && brew !== null && cask !== null) {
    return `Install it with \`brew install --cask ${cask}\`, then ${afterwards}.`;
  }
  // Agetor looks in ~/.local/bin whatever the PATH says.
  const where = npm === null || npmWrites ? "" : " --prefix ~/.local";
  const first = npm === null ? " once Node.js is there (https://nodejs.org)" : "";
  return `Install it with \`npm install -g${where} ${npmPackage}\`${first}, then ${afterwards}.`;
}

/** The same, from what is found on this machine. */
export async function installHintHere(install: Install, host: Host): Promise<string> {
  const [npm, brew] = await Promise.all([host.find("npm"), host.find("brew")]);
  const npmWrites = npm.path !== null && canWrite(join(dirname(dirname(npm.path)), "lib"));
  return installHint(install, { npm: npm.path, npmWrites, brew: brew.path });
}

function canWrite(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
