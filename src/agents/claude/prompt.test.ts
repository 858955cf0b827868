import { describe, expect, test } from "bun:test";
import { argumentLimit, asPaste, orPointer, preparePrompt, printOf, unwrap } from "./prompt.ts";

const none: ReadonlySet<string> = new Set();

function prepared(text: string, known = none) {
  const result = preparePrompt(text, known);
  return result.ok ? result.value : result.fault.code;
}

describe("a message to Claude", () => {
  test("goes along with the launch when it is plain", () => {
    for (const text of ["do it", "!echo", "-x", "--flag", "# h", "/usr/bin/env", "//c", "a\n\tb"]) {
      expect(prepared(text)).toEqual({ text, positional: true });
    }
  });

  test("is stripped of what a terminal would act on", () => {
    expect(prepared("a\u001b[201~\rb\u0000\u0003\u009bc\r\nd")).toEqual({
      text: "a[201~\nbc\nd",
      positional: true,
    });
  });

  test("that begins like a command is pasted as a block, which is never looked into", () => {
    for (const text of [
      "/Users and more",
      "/nope",
      "  /nope x",
      "/",
      "/ x",
      "quit",
      "Exit ",
      ":wq",
    ]) {
      const value = prepared(text);
      expect(value).toMatchObject({ positional: false });
      const lines = typeof value === "string" ? 0 : value.text.split("\n").length;
      expect(lines).toBeGreaterThan(4);
      expect(typeof value === "string" ? "" : value.text.trim()).toBe(text.trim());
    }
  });

  test("that names a known command runs it", () => {
    expect(prepared(" /greet the world ", new Set(["greet"]))).toEqual({
      text: "/greet the world",
      positional: true,
    });
  });

  test("that only the terminal understands is refused, with what to do instead", () => {
    for (const name of ["status", "model", "CONFIG", "clear", "login", "exit", "compact"]) {
      expect(prepared(`/${name} now`)).toBe("local_command");
      expect(prepared(`/${name}`, new Set([name]))).toBe("local_command");
    }
    const refused = preparePrompt("/model opus", none);
    expect(refused.ok ? null : refused.fault.hint).toContain("task's settings");
  });

  test("must say something", () => {
    expect(prepared(" \n\u0007 ")).toBe("invalid_request");
  });

  test("that begins with ! gets a space where it is pasted", () => {
    expect(asPaste("!rm -rf")).toBe(" !rm -rf");
    expect(asPaste("say !")).toBe("say !");
  });

  test("too large for an argument becomes a pointer to its file", () => {
    const small = "x".repeat(argumentLimit);
    expect(orPointer(small, "/f")).toEqual({ text: small, file: null });
    const large = orPointer("é".repeat(argumentLimit), "/dir/m1.md");
    expect(large.file).toBe("/dir/m1.md");
    expect(large.text).toContain("/dir/m1.md");
  });
});

describe("its echo", () => {
  test("is the same without Claude's wrapper, its tabs and ends", () => {
    const block = '\n\n<pasted_content id="cf4c">\na\tb\n\n/c\n\n\n</pasted_content id="cf4c">\n';
    expect(unwrap(block)).toBe("a\tb\n\n/c");
    expect(printOf(block)).toBe(printOf("a    b\n\n/c"));
    expect(printOf(" !echo")).toBe(printOf("!echo"));
    expect(printOf("a b")).not.toBe(printOf("ab"));
  });

  test("keeps a wrapper somebody wrote in the middle", () => {
    const text = 'look: <pasted_content id="1">\nx\n</pasted_content id="1">';
    expect(unwrap(text)).toBe(text);
  });
});
