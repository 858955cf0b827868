import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { LineSplitter, lineLimit, oversizeHead } from "./line-splitter.ts";
import type { TailLine } from "./types.ts";

function split(
  chunks: readonly Buffer[],
  offset = 0,
): { lines: TailLine[]; rest: TailLine | null } {
  const splitter = new LineSplitter(offset);
  const lines = chunks.flatMap((chunk) => splitter.push(chunk));
  return { lines, rest: splitter.flush() };
}

const texts = (lines: readonly TailLine[]) => lines.map((line) => line.text);

describe("lines", () => {
  test("a partial line waits for its rest (TAIL-01)", () => {
    const splitter = new LineSplitter(10);
    expect(splitter.push(Buffer.from("ab"))).toEqual([]);
    expect(splitter.boundary).toBe(10);
    expect(splitter.push(Buffer.from("c\nd"))).toEqual([
      { text: "abc", start: 10, end: 14, oversize: false },
    ]);
    expect(splitter.flush()).toEqual({ text: "d", start: 14, end: 15, oversize: false });
    expect(splitter.flush()).toBeNull();
  });

  test("CRLF, NUL, U+2028 and a lone surrogate (TAIL-03)", () => {
    const bytes = Buffer.concat([
      Buffer.from("a\r\n\r\nb\rc\n\0\n\u2028x\n"),
      Buffer.from([0xed, 0xa0, 0x80, 0x0a]),
    ]);
    const { lines, rest } = split([bytes]);
    expect(texts(lines)).toEqual(["a", "", "b\rc", "\0", "\u2028x", "\uFFFD\uFFFD\uFFFD"]);
    expect(rest).toBeNull();
  });

  test("a byte order mark counts at the start of the file only", () => {
    const marked = Buffer.from("\uFEFFa\n\uFEFFb\n");
    expect(texts(split([marked]).lines)).toEqual(["a", "\uFEFFb"]);
    expect(texts(split([marked], 5).lines)).toEqual(["\uFEFFa", "\uFEFFb"]);
  });

  test("whatever the bytes and wherever they are cut, lines and offsets are the same (fuzz)", () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 400 }),
        fc.string({ unit: "binary", maxLength: 60 }),
        fc.array(fc.nat({ max: 460 }), { maxLength: 12 }),
        (noise, text, cuts) => {
          const all = Buffer.concat([Buffer.from(text), Buffer.from(noise), Buffer.from("\n")]);
          const places = [...new Set(cuts.filter((cut) => cut < all.length))].sort((a, b) => a - b);
          const edges = [0, ...places, all.length];
          const chunks = edges.slice(1).map((end, index) => all.subarray(edges[index], end));
          const cut = split(chunks);
          expect(cut).toEqual(split([all]));
          expect(cut.rest).toBeNull();
          let offset = 0;
          for (const line of cut.lines) {
            expect(line.start).toBe(offset);
            expect(all[line.end - 1]).toBe(0x0a);
            offset = line.end;
          }
          expect(offset).toBe(all.length);
        },
      ),
    );
  });
});

describe("long lines (TAIL-02)", () => {
  const chunk = Buffer.alloc(256 * 1024, "x");

  test("a line of exactly the limit is whole", () => {
    const splitter = new LineSplitter(0);
    for (let done = 0; done < lineLimit; done += chunk.length) splitter.push(chunk);
    const [line] = splitter.push(Buffer.from("\n"));
    expect(line).toMatchObject({ start: 0, end: lineLimit + 1, oversize: false });
    expect(line?.text.length).toBe(lineLimit);
  });

  test("one byte more is oversize: its head, its place, and the next line is whole again", () => {
    const splitter = new LineSplitter(0);
    for (let done = 0; done < lineLimit; done += chunk.length) splitter.push(chunk);
    const lines = splitter.push(Buffer.from("y\nnext\n"));
    expect(lines.map(({ text, ...line }) => ({ ...line, length: text.length }))).toEqual([
      { start: 0, end: lineLimit + 2, oversize: true, length: oversizeHead },
      { start: lineLimit + 2, end: lineLimit + 7, oversize: false, length: 4 },
    ]);
    expect(lines[1]?.text).toBe("next");
  });

  test("the head is not cut inside a character", () => {
    const splitter = new LineSplitter(0);
    const snowmen = Buffer.alloc(lineLimit + 3, "☃");
    const [line] = splitter.push(Buffer.concat([snowmen, Buffer.from("\n")]));
    expect(line?.oversize).toBe(true);
    expect(line?.text).toBe("☃".repeat(Math.floor(oversizeHead / 3)));
  });

  test("a gigabyte without a line break keeps memory flat", () => {
    const splitter = new LineSplitter(0);
    const warm = 64;
    for (let index = 0; index < warm; index += 1) splitter.push(chunk);
    Bun.gc(true);
    const before = process.memoryUsage().rss;
    for (let index = warm; index < 4096; index += 1) splitter.push(chunk);
    expect(process.memoryUsage().rss - before).toBeLessThan(64 * 1024 * 1024);
    const [line] = splitter.push(Buffer.from("\n"));
    expect(line).toMatchObject({ start: 0, end: 4096 * chunk.length + 1, oversize: true });
  });
});
