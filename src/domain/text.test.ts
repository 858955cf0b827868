import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { doing } from "./live-line.ts";
import { imageType, sniff } from "./media-type.ts";
import { isRank, rankBetween } from "./rank.ts";
import { cutMiddle, lastLines, plain, previewOf, titleFrom } from "./text.ts";

describe("titles", () => {
  test("take the first line with words, without its markup", () => {
    expect(titleFrom("\n\n## Fix the login\n\nIt breaks.")).toBe("Fix the login");
    expect(titleFrom("   \n")).toBe("Untitled task");
  });

  test("never exceed 80 characters or carry control characters", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 300 }), (prompt) => {
        const title = titleFrom(prompt);
        expect([...title].length).toBeLessThanOrEqual(80);
        expect(plain(title)).toBe(title);
        expect(title.length).toBeGreaterThan(0);
      }),
    );
  });

  test("previews never cut a character in two", () => {
    expect(previewOf("é".repeat(500)).length).toBe(200);
    expect([...previewOf("👩‍💻".repeat(200))].length).toBeLessThanOrEqual(200);
  });
});

describe("long outputs", () => {
  test("keep head and tail and say what is missing", () => {
    const cut = cutMiddle(`${"a".repeat(50)}${"b".repeat(50)}`, 20);
    expect(cut.truncated).toBe(true);
    expect(cut.text).toBe(`${"a".repeat(10)}\n… 80 characters left out …\n${"b".repeat(10)}`);
    expect(cutMiddle("short", 20)).toEqual({ text: "short", truncated: false });
  });
});

describe("ranks", () => {
  test("always fit between two others", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(), { maxLength: 60 }), (spots) => {
        const ranks: string[] = [];
        for (const spot of spots) {
          const at = spot % (ranks.length + 1);
          ranks.splice(at, 0, rankBetween(ranks[at - 1] ?? null, ranks[at] ?? null));
        }
        expect([...ranks].sort()).toEqual(ranks);
        expect(new Set(ranks).size).toBe(ranks.length);
      }),
    );
  });

  test("are told from other text", () => {
    expect(isRank(rankBetween(null, null))).toBe(true);
    expect(isRank("not a rank")).toBe(false);
  });
});

describe("the live line", () => {
  const call = (kind: "edit" | "execute", title: string) =>
    doing({
      type: "tool.call",
      data: {
        toolId: "1",
        name: "Bash",
        kind,
        title,
        input: {},
        status: "running",
        agentId: null,
      },
    });

  test("says a verb first", () => {
    expect(call("edit", "src/auth.ts")).toEqual({ verb: "Editing", object: "src/auth.ts" });
    expect(call("execute", "npm test -- auth")?.verb).toBe("Running tests");
    expect(call("execute", "ls\n-la")).toEqual({ verb: "Running", object: "ls" });
    const text = (said: string) =>
      doing({ type: "assistant.text", data: { text: said, agentId: null, partial: false } });
    expect(text("waiting\nfor it")).toEqual({ verb: "Said", object: "“waiting”" });
    expect(text("")).toEqual({ verb: "Said", object: "" });
    expect(doing({ type: "raw", data: { source: "x", payload: 1 } })).toBeNull();
  });
});

describe("the last lines of an output", () => {
  test("are those that say something, without what only a terminal understands", () => {
    const output =
      "first\n\u001b[31mnpm ERR!\u001b[0m code E404\r\n\n  10%\r 99%\rdone  \n\u001b]0;title\u0007\u001b[2Klast\n\n";
    expect(lastLines(output, 3)).toEqual(["npm ERR! code E404", "done", "last"]);
    expect(lastLines("", 3)).toEqual([]);
  });

  test("are cut when they are long, and cost the same however long the rest is", () => {
    const [line] = lastLines(`${"x".repeat(2_000_000)}\n${"y".repeat(300)}`, 1);
    expect(line).toBe(`${"y".repeat(199)}…`);
  });
});

describe("attachments", () => {
  test("are known by their bytes, not by their name", () => {
    const bytes = (text: string) => new TextEncoder().encode(text);
    expect(sniff(new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 1]))).toBe(
      "image/png",
    );
    expect(sniff(bytes("%PDF-1.7"))).toBe("application/pdf");
    expect(sniff(bytes("grüße"))).toBe("text/plain");
    expect(sniff(new Uint8Array([0x7f, 0x45, 0x4c, 0x46, 0]))).toBeNull();
    expect(sniff(new Uint8Array([0xff, 0xfe]))).toBeNull();
  });

  test("only pictures count as images, and no document that could run something", () => {
    const latin1 = (text: string) => new Uint8Array(Buffer.from(text, "latin1"));
    const images: [string, string | null][] = [
      ["\x89PNG\r\n\x1a\n...", "image/png"],
      ["\xff\xd8\xff\xe0", "image/jpeg"],
      ["GIF89a", "image/gif"],
      ["RIFF\x10\0\0\0WEBPVP8 ", "image/webp"],
      ["\0\0\0\x20ftypavif\0\0\0\0", "image/avif"],
      ["BM\x46\0\0\0\0\0\0\0\x36\0", "image/bmp"],
      ["\0\0\x01\0\x01\0\x10\x10", "image/x-icon"],
      ["<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", null],
      ["<?xml version='1.0'?><svg/>", null],
      ["<!doctype html><script>1</script>", null],
      ["%PDF-1.7", null],
      ["BM is how this text begins", null],
      ["\0\0\x01\0\0\0", null],
      ["", null],
    ];
    for (const [head, expected] of images) {
      expect([head, imageType(latin1(head))]).toEqual([head, expected]);
    }
  });
});
