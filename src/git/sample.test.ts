import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { codeOf, type Sandbox, sandbox, script, startTask, unwrap } from "./testing/sandbox.ts";

let box: Sandbox;
beforeEach(() => {
  box = sandbox();
});
afterEach(() => box[Symbol.dispose]());

const files = { "README.md": "# Sample\n", "src/index.ts": "export {};\n", ".gitignore": "*\n" };

describe("the sample repository", () => {
  test("has one commit on main, and is made once", async () => {
    const path = join(box.root, "made/sample");
    script(join(box.home, "template/hooks/pre-commit"), box.trap("template-hook"));
    box.sh(box.root, "config", "--global", "init.templateDir", join(box.home, "template"));
    unwrap(await box.git.createSampleRepository(path, files));
    const head = box.sh(path, "rev-parse", "HEAD");
    expect(box.sh(path, "branch", "--show-current")).toBe("main");
    expect(box.sh(path, "status", "--porcelain")).toBe("");
    expect(box.sh(path, "log", "--format=%an <%ae> %cn")).toBe("Agetor <agetor@localhost> Agetor");
    expect(box.sh(path, "ls-files").split("\n")).toEqual([
      ".gitignore",
      "README.md",
      "src/index.ts",
    ]);
    box.write(path, { "README.md": "# Mine now\n" });
    unwrap(await box.git.createSampleRepository(path, files));
    expect(box.sh(path, "rev-parse", "HEAD")).toBe(head);
    expect(readFileSync(join(path, "README.md"), "utf8")).toBe("# Mine now\n");
    await startTask(box, path);
    expect(box.sprung()).toEqual([]);
  });

  test("goes on from where it was killed", async () => {
    const path = join(box.root, "sample");
    for (let n = 1; ; n += 1) {
      const count = join(box.root, `count-${n}`);
      const body = `echo x >> ${count}\n[ $(wc -l < ${count}) -ge ${n} ] && kill -9 $$\nexec git "$@"`;
      const git = box.withGit({ bin: script(join(box.root, `bin-${n}/git`), body) });
      const killed = await git.createSampleRepository(path, files);
      unwrap(await box.git.createSampleRepository(path, files));
      expect(box.sh(path, "status", "--porcelain")).toBe("");
      rmSync(path, { recursive: true });
      if (killed.ok) break;
      if (n > 10) throw new Error("it never ends");
    }
  });

  test("is not made over someone's files, nor outside of its folder", async () => {
    const path = join(box.root, "occupied");
    box.write(path, { "precious.txt": "mine\n" });
    expect(codeOf(await box.git.createSampleRepository(path, files))).toBe("already_exists");
    for (const name of [
      "../x",
      "/x",
      ".git/hooks/pre-commit",
      "a/../../x",
      "a/.GIT/x",
      "",
      "x\0",
    ]) {
      const refused = await box.git.createSampleRepository(join(box.root, "s"), { [name]: "" });
      expect([name, codeOf(refused)]).toEqual([name, "invalid_request"]);
    }
    expect(codeOf(await box.git.createSampleRepository("relative", files))).toBe("invalid_request");
  });
});
