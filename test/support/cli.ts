import { chmodSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

/** Puts a program somewhere, at once as a whole: shell script in, path out. */
export function program(path: string, script: string): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}.new`, `#!/bin/sh\n${script}\n`);
  chmodSync(`${path}.new`, 0o755);
  renameSync(`${path}.new`, path);
  return path;
}

/**
 * A program that answers as Claude Code does when it is asked for its version and its login: it is
 * logged in as whoever the file `who` of its config home says.
 */
export function madeUpClaude(path: string, version: string): string {
  return program(
    path,
    `case "$1" in
--version) echo "${version} (Claude Code)" ;;
auth)
  who=$(cat "\${CLAUDE_CONFIG_DIR:-$HOME/.claude}/who" 2>/dev/null)
  if [ -n "$who" ]; then echo "{\\"loggedIn\\": true, \\"email\\": \\"$who\\"}"
  else echo '{"loggedIn": false}'; exit 1; fi ;;
*)
  read -r _
  echo '{"type":"control_response","response":{"request_id":"1","response":{"models":[{"value":"made-up","displayName":"Made up"}],"commands":[]}}}' ;;
esac`,
  );
}
