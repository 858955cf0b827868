import { describe, expect, test } from "bun:test";
import { splitHidden } from "./text.tsx";

const shown = (text: string): string =>
  splitHidden(text)
    .map((part) => (part.hidden ? `<${part.text}>` : part.text))
    .join("");

describe("what cannot be seen is shown as its code point", () => {
  test.each([
    ["a bidi override", "rm \u202Egnp.exe", "rm <U+202E>gnp.exe"],
    ["an isolate", "a\u2066b\u2069", "a<U+2066>b<U+2069>"],
    ["zero-width characters", "pass\u200Bword\u200D\uFEFF", "pass<U+200B>word<U+200D><U+FEFF>"],
    ["escapes that would move a terminal's cursor", "ls\u001b[2K\r", "ls<U+001B>[2K<U+000D>"],
    ["a NUL and a C1 control", "a\u0000b\u009bc", "a<U+0000>b<U+009B>c"],
    ["a space that is none to a shell", "rm\u00A0-rf\u3000x", "rm<U+00A0>-rf<U+3000>x"],
    ["line ends that are none", "a\u2028b\u2029c\u0085d", "a<U+2028>b<U+2029>c<U+0085>d"],
    ["fillers and joiners", "a\u3164b\u034Fc\u115Fd", "a<U+3164>b<U+034F>c<U+115F>d"],
    ["tags beyond the first plane", "a\u{E0041}b", "a<U+E0041>b"],
    ["half a character", "a\uD800b", "a<U+D800>b"],
    ["a selector that changes how a character looks", "a\uFE0F", "a<U+FE0F>"],
  ])("%s", (_, text, wanted) => {
    expect(shown(text)).toBe(wanted);
  });

  test("what can be seen stays as it is: tab, line break, other scripts, emoji", () => {
    const text = 'cd "$HOME"\n\tgit log — 日本語 مرحبا 🎉 <b>&amp;</b>';
    expect(splitHidden(text)).toEqual([{ text, hidden: false }]);
  });

  test("nothing is lost: the visible parts and the hidden ones make up the text", () => {
    const parts = splitHidden("\u202Ea\u200B\u200Bb");
    expect(parts.map((part) => part.text)).toEqual(["U+202E", "a", "U+200B", "U+200B", "b"]);
  });
});
