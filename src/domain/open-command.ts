import { shellWord } from "./commands.ts";

/**
 * What opens the board from the folder of Agetor's code. The data directory is named when it is not
 * the default one, since the command would look for the server there; the home folder stays `~`.
 */
export function openCommand(dataDir: string, home: string): string {
  const command = "npm run agetor -- open";
  if (dataDir === `${home}/.agetor`) return command;
  const inHome = dataDir.startsWith(`${home}/`);
  const path = inHome ? `~/${shellWord(dataDir.slice(home.length + 1))}` : shellWord(dataDir);
  return `${command} --data-dir ${path}`;
}
