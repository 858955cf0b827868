/**
 * Two linters with disjoint rules: Biome for everything that one file can tell, oxlint for what
 * only the types can tell (a promise nobody waits for ends a process supervisor badly).
 */
const linters = [
  ["node_modules/.bin/biome", "check", "--formatter-enabled=false", "--error-on-warnings"],
  ["node_modules/.bin/oxlint", "--type-aware", "--deny-warnings"],
] as const;

let failed = false;
for (const command of linters) {
  const { exitCode } = Bun.spawnSync([...command, ...process.argv.slice(2)], {
    stdio: ["ignore", "inherit", "inherit"],
  });
  if (exitCode !== 0) failed = true;
}
process.exit(failed ? 1 : 0);
