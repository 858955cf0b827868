import { expect, test } from "bun:test";
import { join } from "node:path";
import { Glob } from "bun";

const root = join(import.meta.dir, "..");
const projects = ["tsconfig.json", "src/web/tsconfig.json", "tsconfig.browser.json"];

/** A file in no project would be checked by nobody, and nobody would hear of it. */
test("every source belongs to a project that is checked", () => {
  const checked = new Set(
    projects.flatMap((project) => {
      const { exitCode, stdout } = Bun.spawnSync(
        [join(root, "node_modules/.bin/tsc"), "-p", project, "--listFilesOnly"],
        { cwd: root },
      );
      expect(exitCode).toBe(0);
      return stdout.toString().split("\n");
    }),
  );
  const sources = ["ts", "tsx"]
    .flatMap((end) => [...new Glob(`{src,test,scripts}/**/*.${end}`).scanSync({ cwd: root })])
    .filter((path) => !path.includes("/fixtures/"));
  expect(sources.length).toBeGreaterThan(100);
  expect(sources.filter((path) => !checked.has(join(root, path)))).toEqual([]);
});

test("the projects listed here are the ones that are run", async () => {
  const script = await Bun.file(join(root, "scripts/typecheck.ts")).text();
  for (const project of projects) expect(script).toContain(`"${project}"`);
});
