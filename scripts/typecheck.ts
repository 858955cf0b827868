/** Runs the type checker over every project of the repository and fails if one of them fails. */
const projects = ["tsconfig.json", "src/web/tsconfig.json", "tsconfig.browser.json"] as const;

let failed = false;
for (const project of projects) {
  const { exitCode } = Bun.spawnSync(
    ["node_modules/.bin/tsc", "-p", project, ...(process.stdout.isTTY ? ["--pretty"] : [])],
    { stdio: ["ignore", "inherit", "inherit"] },
  );
  if (exitCode !== 0) {
    console.error(`typecheck: ${project} failed`);
    failed = true;
  }
}
process.exit(failed ? 1 : 0);
