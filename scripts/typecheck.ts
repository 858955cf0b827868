/** Runs the type checker over every project of the repository and fails if one of them fails. */
import { Glob } from "bun";

interface Project {
  readonly config: string;
  /** A project without a single source is skipped: tsc would call that an error. */
  readonly sources: string;
}

const projects: readonly Project[] = [
  { config: "tsconfig.json", sources: "{src,test,scripts}/**/*.ts" },
  { config: "src/web/tsconfig.json", sources: "src/web/**/*.{ts,tsx}" },
  {
    config: "tsconfig.browser.json",
    sources: "{src/web/**/*.test.{ts,tsx},test/e2e/**/*.{ts,tsx}}",
  },
];

let failed = 0;
for (const { config, sources } of projects) {
  const first = new Glob(sources).scanSync({ cwd: "." }).next();
  if (first.done) continue;
  const { exitCode } = Bun.spawnSync(["node_modules/.bin/tsc", "-p", config, "--pretty"], {
    stdio: ["ignore", "inherit", "inherit"],
  });
  if (exitCode !== 0) {
    console.error(`typecheck: ${config} failed`);
    failed += 1;
  }
}
process.exit(failed === 0 ? 0 : 1);
