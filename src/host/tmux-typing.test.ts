import { afterAll, describe, expect } from "bun:test";
import { pasted, TmuxBench, tmuxTest, value } from "./testing/tmux-bench.ts";

const bench = new TmuxBench();
const { tmux, work } = bench;
afterAll(() => bench.remove());

describe("typing", () => {
  tmuxTest(
    "a paste cannot end itself, and arrives as it is but for controls (V2, GIT-12)",
    async () => {
      const bytes = await bench.recorder("paste");
      const texts: readonly (readonly [string, string])[] = [
        ["hello\x1b[201~\r!evil\r", "hello[201~!evil"],
        ["hello\u009b201~\rx", "hello201~x"],
        ["-x", "-x"],
        ["--dangerously-skip-permissions", "--dangerously-skip-permissions"],
        ["/clear", "/clear"],
        ["!cmd", "!cmd"],
        ["@file", "@file"],
        ["\x03\x04\x1a\x00\x7f", ""],
        ["foo;", "foo;"],
        ["a\r\nb\tc\n", "a\nb\tc\n"],
        [
          "#(touch canary) #{pane_id} $(touch canary) `x` \\n ☃ 👩‍👩‍👧",
          "#(touch canary) #{pane_id} $(touch canary) `x` \\n ☃ 👩‍👩‍👧",
        ],
        ["", ""],
      ];
      for (const [text] of texts) value(await tmux.paste("paste", text));
      const wanted = texts.map(([, text]) => (text === "" ? "" : pasted(text))).join("");
      await work.until(() => (bytes().length >= wanted.length ? true : null));
      expect(bytes()).toBe(wanted);
      expect(bench.cli("list-buffers")).toBe("");
      value(await tmux.kill("paste"));
    },
  );

  tmuxTest("2 MB in one paste, byte for byte (V4)", async () => {
    const bytes = await bench.recorder("large");
    const text = Array.from({ length: 40_000 }, (_, index) =>
      `${index} ☃ 'q' "p" $(x)`.padEnd(50),
    ).join("\n");
    expect(Buffer.byteLength(text)).toBeGreaterThan(2_000_000);
    value(await tmux.paste("large", text));
    const wanted = pasted(text);
    await work.until(() => (bytes().length >= wanted.length ? true : null));
    expect(bytes() === wanted).toBe(true);
    value(await tmux.kill("large"));
  });

  tmuxTest("many pastes at once stay whole, each in one piece", async () => {
    const bytes = await bench.recorder("many");
    const texts = Array.from({ length: 20 }, (_, index) => `<${index}>`.repeat(500));
    const results = await Promise.all(texts.map((text) => tmux.paste("many", text)));
    expect(results.every((result) => result.ok)).toBe(true);
    const length = texts.map(pasted).join("").length;
    await work.until(() => (bytes().length >= length ? true : null));
    const pieces = bytes().split("\x1b[201~").slice(0, -1);
    expect(pieces.map((piece) => `${piece}\x1b[201~`).sort()).toEqual(texts.map(pasted).sort());
    value(await tmux.kill("many"));
  });

  tmuxTest("keys by name; anything else is a bug", async () => {
    const bytes = await bench.recorder("keys");
    value(await tmux.keys("keys", ["Escape"]));
    value(await tmux.keys("keys", ["C-u", "Enter", "Tab", "1", "BSpace"]));
    value(await tmux.keys("keys", []));
    await work.until(() => (bytes().length >= 6 ? true : null));
    expect(bytes()).toBe("\x1b\x15\r\t1\x7f");
    for (const key of ["hello", "rm -rf", ";", "-x", "", "Enter;", "#(touch canary)"]) {
      await expect(tmux.keys("keys", [key])).rejects.toThrow("name of a key");
    }
    value(await tmux.kill("keys"));
  });
});

describe("looking", () => {
  tmuxTest("captures text, colours, size and history", async () => {
    await bench.start(
      "look",
      `i=0; while [ $i -lt 60 ]; do i=$((i+1)); echo "row $i"; done; printf '\\033[31mred\\033[0m ☃'; exec sleep 600`,
    );
    const shown = await work.until(async () => {
      const capture = value(await tmux.capture("look", { ansi: true, history: 0 }));
      return capture.text.includes("☃") ? capture : null;
    });
    expect(shown).toMatchObject({ columns: 90, rows: 25 });
    expect(shown.text).toContain("\x1b[31mred\x1b[39m ☃");
    expect(shown.text).not.toContain("row 1\n");
    const plain = value(await tmux.capture("look", { ansi: false, history: 100 }));
    expect(plain.text).toStartWith("row 1\nrow 2\n");
    expect(plain.text.trimEnd()).toEndWith("row 60\nred ☃");
    value(await tmux.kill("look"));
  });

  tmuxTest(
    "a person who attaches with another size, scrolls and splits changes nothing for us",
    async () => {
      const bytes = await bench.recorder("watched");
      let painted: () => void = () => undefined;
      const attached = new Promise<void>((resolve) => {
        painted = resolve;
      });
      const person = Bun.spawn(["sh", "-c", tmux.attachCommand("watched")], {
        env: { PATH: process.env["PATH"] ?? "", TERM: "xterm-256color", TMUX: "/elsewhere,1,1" },
        terminal: { cols: 200, rows: 60, data: () => painted() },
      });
      await attached;
      await work.until(() => (bench.cli("list-clients").length > 0 ? true : null));
      const before = value(await tmux.capture("watched", { ansi: false, history: 0 }));
      expect(before).toMatchObject({ columns: 90, rows: 25 });
      bench.cli("copy-mode", "-t", "=watched:");
      value(await tmux.keys("watched", ["Enter"]));
      await work.until(() => (bytes() === "\r" ? true : null));
      const pane = value(await tmux.pane("watched"));
      bench.cli("split-window", "-t", "=watched:", "sleep 600");
      expect(value(await tmux.pane("watched"))?.process).toEqual(pane!.process);
      value(await tmux.paste("watched", "for the agent"));
      await work.until(() => (bytes() === `\r${pasted("for the agent")}` ? true : null));
      value(await tmux.kill("watched"));
      await person.exited;
    },
  );
});
