import { existsSync } from "node:fs";

const managers: readonly (readonly [string, (program: string) => string])[] = [
  ["/usr/bin/apt-get", (program) => `sudo apt-get install ${program}`],
  ["/usr/bin/dnf", (program) => `sudo dnf install ${program}`],
  ["/usr/bin/pacman", (program) => `sudo pacman -S ${program}`],
  ["/usr/bin/zypper", (program) => `sudo zypper install ${program}`],
  ["/sbin/apk", (program) => `sudo apk add ${program}`],
];

/** What a person types to get a program from this system, or null where no package manager is known. */
export function installCommand(program: string): string | null {
  if (process.platform === "darwin") return `brew install ${program}`;
  return managers.find(([manager]) => existsSync(manager))?.[1](program) ?? null;
}
