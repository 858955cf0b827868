import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { canonicalJson, parseJson } from "./json.ts";

const parse = (text: string) => parseJson(new TextEncoder().encode(text));

describe("parseJson", () => {
  test("reads what JSON.parse reads, and says the same", () => {
    const value = fc.jsonValue({ maxDepth: 8, stringUnit: "grapheme" });
    const isPlain = (text: string): boolean => {
      const refused = /"(?:__proto__|constructor|prototype)"|\\u0000/.test(text);
      return !refused;
    };
    fc.assert(
      fc.property(value, fc.integer({ min: 0, max: 4 }), (made, indent) => {
        const text = JSON.stringify(made, null, indent);
        fc.pre(isPlain(text));
        expect(parse(text)).toEqual({ ok: true, value: JSON.parse(text) });
      }),
    );
  });

  test("never throws, whatever the bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(typeof parseJson(bytes).ok).toBe("boolean");
      }),
    );
    const pieces = fc.constantFrom("{", "}", "[", "]", ",", ":", '"', "\\", '"a"', "1", " ", "\\u");
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 40 }), (parts) => {
        const text = parts.join("");
        const mine = parse(text);
        if (mine.ok) expect(mine.value).toEqual(JSON.parse(text));
      }),
    );
  });

  test("a key may stand in two objects, and a value may look like a key", () => {
    expect(parse('{"a":{"a":1},"b":[{"a":1},{"a":"a"}],"c":"b"}').ok).toBe(true);
    expect(parse('["constructor","__proto__"]').ok).toBe(true);
  });

  test.each([
    ['{"a":1,"a":2}', "twice"],
    ['{"a":{"b":1,"c":[],"b":2}}', "twice"],
    ['{"__proto__":1}', "__proto__"],
    ['{"a":[{"constructor":1}]}', "constructor"],
    ["[".repeat(65), "deeper"],
    [`[${"0,".repeat(100_001)}0]`, "items"],
    ['{"\\ud800":1}', "surrogate"],
    ['{"a":"\\u0000"}', "NUL"],
    ["-1e999", "too large"],
  ])("%p is refused for its own reason", (text, reason) => {
    expect(parse(text)).toEqual({ ok: false, fault: expect.stringContaining(reason) });
  });

  test("verbatim takes any text and key of a tool's input, but no prototype", () => {
    const verbatim = (text: string) => parseJson(new TextEncoder().encode(text), true).ok;
    expect(verbatim('{"constructor":{"prototype":"a\\u0000\\ud800"}}')).toBe(true);
    expect(verbatim('{"__proto__":{}}')).toBe(false);
    expect(verbatim("[".repeat(65) + "]".repeat(65))).toBe(false);
    expect(verbatim('{"a":1,"a":2}')).toBe(false);
  });

  test("8 MB of anything takes no time to speak of", () => {
    const size = 8 * 1024 * 1024;
    for (const text of [
      "[".repeat(size),
      `{"a":"${"\\\\".repeat(size / 2 - 4)}"}`,
      " ".repeat(size),
    ]) {
      const began = performance.now();
      parse(text);
      // Loose, for a busy machine; the point is that nothing here is quadratic.
      expect(performance.now() - began).toBeLessThan(1000);
    }
  });
});

describe("canonicalJson", () => {
  test("is the same for the same value in any order, and another for another", () => {
    expect(canonicalJson({ b: [1, { d: 1, c: null }], a: "x" })).toBe(
      '{"a":"x","b":[1,{"c":null,"d":1}]}',
    );
    expect(canonicalJson({ a: undefined })).toBe("{}");
    expect(canonicalJson([1, 2])).not.toBe(canonicalJson([2, 1]));
    expect(canonicalJson("1")).not.toBe(canonicalJson(1));
  });
});
