import { describe, expect, test } from "bun:test";
import { parseAnsi, stripAnsi } from "./ansi.ts";

const esc = "\u001B";
const words = (text: string) =>
  parseAnsi(text).map((line) => line.map((span) => [span.text, span.names]));

describe("terminal output", () => {
  test("colours become names of the palette", () => {
    expect(words(`${esc}[31mred${esc}[0m plain ${esc}[1;32mgood${esc}[39m bold`)).toEqual([
      [
        ["red", "x-red"],
        [" plain ", ""],
        ["good", "x-green x-bold"],
        [" bold", "x-bold"],
      ],
    ]);
  });

  test("a style goes on over the end of a line", () => {
    expect(words(`${esc}[33ma\nb${esc}[m c`)).toEqual([
      [["a", "x-yellow"]],
      [
        ["b", "x-yellow"],
        [" c", ""],
      ],
    ]);
  });

  test("256 colours and true colour, in both spellings", () => {
    const [line] = parseAnsi(
      `${esc}[38;5;196ma${esc}[38;2;1;2;3mb${esc}[38:2::4:5:6mc${esc}[48;5;4md${esc}[38;5;240me`,
    );
    expect(line?.map(({ color, background, names }) => [color, background, names])).toEqual([
      ["rgb(255 0 0)", null, ""],
      ["rgb(1 2 3)", null, ""],
      ["rgb(4 5 6)", null, ""],
      ["rgb(4 5 6)", null, "xb-blue"],
      ["rgb(88 88 88)", null, "xb-blue"],
    ]);
  });

  test("everything that acts is taken out", () => {
    const acts = [
      `${esc}]8;;javascript:alert(1)${esc}\\link${esc}]8;;${esc}\\`,
      `${esc}]52;c;cm0gLXJm\u0007copy`,
      `${esc}[2J${esc}[1;1H${esc}[?25lmoved`,
      `${esc}P1$r0m${esc}\\device`,
      `\u009B31mshort`,
      `${esc}(Bcharset`,
      `\u0007\u0008\u0000bell`,
      "right\u202Eot\u2066left",
    ];
    expect(acts.map(stripAnsi)).toEqual([
      "link",
      "copy",
      "moved",
      "device",
      "short",
      "charset",
      "bell",
      "rightotleft",
    ]);
    const shown = acts.flatMap((text) =>
      parseAnsi(text)
        .flat()
        .map((span) => span.text),
    );
    expect(shown.join("|")).toBe("link|copy|moved|device|short|charset|bell|rightotleft");
  });

  test("a sequence cut off at the end does not show", () => {
    for (const cut of [`a${esc}`, `a${esc}[`, `a${esc}[38;5`, `a${esc}]8;;http://x`]) {
      expect(
        parseAnsi(cut)
          .flat()
          .map((span) => span.text)
          .join(""),
      ).toBe("a");
    }
  });

  test("a progress bar shows its last state", () => {
    expect(stripAnsi("10%\r50%\r100%\ndone\r\n")).toBe("100%\ndone\n");
    expect(words("10%\r50%\r100%\ndone")).toEqual([[["100%", ""]], [["done", ""]]]);
  });

  test("reads a megabyte in a moment", () => {
    const text = `${esc}[32mok${esc}[0m some words of output\n`.repeat(25_000);
    const began = performance.now();
    expect(parseAnsi(text)).toHaveLength(25_001);
    expect(performance.now() - began).toBeLessThan(1500);
  });
});
