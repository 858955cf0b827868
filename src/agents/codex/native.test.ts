import { afterAll, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { nativeProgram } from "./native.ts";

const root = realpathSync(mkdtempSync(join(tmpdir(), "native-")));
afterAll(() => rmSync(root, { recursive: true }));

function file(path: string, text = ""): string {
  const whole = join(root, path);
  mkdirSync(dirname(whole), { recursive: true });
  writeFileSync(whole, text, { mode: 0o755 });
  return whole;
}

const inside = "vendor/x86_64-unknown-linux-musl/bin/codex";

test("npm puts the platform's package beside the wrapper, or below it", () => {
  for (const place of [
    "flat/node_modules/@openai/codex-linux-x64",
    "deep/node_modules/@openai/codex/node_modules/@openai/codex-linux-x64",
  ]) {
    const [top = ""] = place.split("/");
    const wrapper = file(`${top}/node_modules/@openai/codex/bin/codex.js`);
    file(`${top}/node_modules/@openai/codex/package.json`, '{"name":"@openai/codex"}');
    const native = file(`${place}/${inside}`);
    const link = join(root, `${top}-codex`);
    symlinkSync(wrapper, link);
    expect(nativeProgram(link, "linux-x64")).toBe(native);
    // Nothing for this machine: the wrapper itself, which will say so.
    expect(nativeProgram(link, "darwin-arm64")).toBe(wrapper);
    expect(nativeProgram(link, "plan9-mips")).toBe(wrapper);
  }
});

test("any other program is answered by its real path", () => {
  const program = file("bin/codex-real");
  symlinkSync(program, join(root, "codex-link"));
  expect(nativeProgram(join(root, "codex-link"), "linux-x64")).toBe(program);
  const stranger = file("other/bin/codex.js");
  file("other/package.json", '{"name":"other"}');
  expect(nativeProgram(stranger, "linux-x64")).toBe(stranger);
});
