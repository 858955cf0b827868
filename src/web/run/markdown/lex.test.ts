import { describe, expect, test } from "bun:test";
import { decodeEntities, GrowingLexer, isWild, lexBlocks, lexInline, safeHref } from "./lex.ts";

const bare = (tokens: readonly { type: string; raw: string }[]) =>
  tokens.map(({ type, raw }) => ({ type, raw }));

describe("markdown", () => {
  test("a text that grows is read to the same blocks as the whole of it", () => {
    const text = [
      "# Title",
      "",
      "A paragraph",
      "over two lines.",
      "",
      "- one",
      "- two",
      "",
      "  still two",
      "",
      "```ts",
      "const a = 1;",
      "",
      "```",
      "",
      "> quote",
      "> more",
      "",
      "| a | b |",
      "| - | - |",
      "| 1 | 2 |",
      "",
      "Setext",
      "======",
      "",
      "1. x",
      "2. y",
      "",
      "end",
    ].join("\n");
    const lexer = new GrowingLexer();
    for (let length = 1; length <= text.length; length += 1) {
      const grown = lexer.read(text.slice(0, length));
      expect(bare(grown)).toEqual(bare(lexBlocks(text.slice(0, length))));
    }
  });

  test("another text is read anew", () => {
    const lexer = new GrowingLexer();
    lexer.read("# one\n\ntwo\n\nthree\n\nfour");
    expect(bare(lexer.read("other\n\ntext"))).toEqual(bare(lexBlocks("other\n\ntext")));
  });

  test("only http, https and mailto may be followed", () => {
    const bad = [
      "javascript:alert(1)",
      "JaVaScRiPt:alert(1)",
      "java\nscript:alert(1)",
      "&#106;avascript:alert(1)",
      "data:text/html,x",
      "file:///etc/passwd",
      "vbscript:x",
      "claude-cli:x",
      "//evil.example",
      "src/a.ts",
      "#x",
      "http://",
    ];
    expect(bad.map(safeHref)).toEqual(bad.map(() => null));
    expect(safeHref("https://a.example/x?y=1&amp;z=2")).toBe("https://a.example/x?y=1&z=2");
    expect(safeHref("mailto:a@b.example")).toBe("mailto:a@b.example");
  });

  test("character references are characters, but never controls", () => {
    expect(decodeEntities("a &lt;b&gt; &amp;amp; &#65; &#x1F600; &nope; &#7; &#xD800;")).toBe(
      "a <b> &amp; A 😀 &nope; &#7; &#xD800;",
    );
  });

  test("texts made to hang a page are found out at once", () => {
    const wild = [
      `${">".repeat(5000)} x`,
      `${"> ".repeat(5000)}x`,
      Array.from({ length: 500 }, (_, depth) => `${"  ".repeat(depth)}- x`).join("\n"),
      `${"- ".repeat(500)}x`,
      "x".repeat(1_000_000),
      "`".repeat(30_000),
      "[".repeat(30_000),
      "*".repeat(30_000),
      "<".repeat(30_000),
    ];
    const began = performance.now();
    expect(wild.map(isWild)).toEqual(wild.map(() => true));
    expect(performance.now() - began).toBeLessThan(100);
  });

  test("what people write is not wild", () => {
    const code = `\`\`\`\n${"=".repeat(2000)}\n${"-".repeat(390)}\n\`\`\``;
    const list = Array.from({ length: 8 }, (_, depth) => `${"    ".repeat(depth)}- x`).join("\n");
    expect([code, list, "> > > deep", "a ".repeat(50_000)].map(isWild)).toEqual([
      false,
      false,
      false,
      false,
    ]);
  });

  test("what is not wild is read in a bounded time, whatever it is", () => {
    // Far above what a busy machine needs, far below what quadratic reading of these takes.
    const bound = 5000;
    const hard = [
      "*a **b ".repeat(3000),
      "[a](".repeat(5000),
      "![".repeat(10_000),
      "_a_*b*".repeat(4000),
      "`a ".repeat(9000),
      "<a ".repeat(9000),
      "&#".repeat(12_000),
      `| a ${"| b ".repeat(2000)}|\n| - ${"| - ".repeat(2000)}|\n`,
      "a@b.".repeat(6000),
      "http://a.".repeat(3000),
      "\\".repeat(20_000),
      "- \n".repeat(5000),
      "1) ".repeat(20),
      "~~a ".repeat(6000),
    ];
    for (const text of hard) {
      const began = performance.now();
      if (!isWild(text)) for (const block of lexBlocks(text)) lexInline(block.raw);
      const took = performance.now() - began;
      expect([text.slice(0, 12), took < bound]).toEqual([text.slice(0, 12), true]);
    }
  });
});
