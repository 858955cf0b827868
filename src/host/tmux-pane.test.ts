import { expect, test } from "bun:test";
import { paneFormat, parsePanes } from "./tmux-pane.ts";

const row = (session: string, pane: string, rest: string) => `m4rk|${session}|${pane}|${rest}`;

test("reads panes, alive and dead, as every tmux tells it", () => {
  const output = [
    row("a", "%1", "10|0|||2|sleep"),
    row("b", "%2", "11|1|3||0|sh"),
    row("c", "%3", "12|1||9|0|sh"),
    row("d", "%4", "13|1||kill|0|a|b c"),
    row("e", "%5", "14|1|||0|sh"),
    row("f", "%6", "15|0|0||0|sleep"),
  ].join("\n");
  expect(parsePanes(output, "m4rk").map(({ pane: _, ...rest }) => rest)).toEqual([
    { session: "a", pid: 10, closed: false, ended: null, attached: 2, command: "sleep" },
    {
      session: "b",
      pid: 11,
      closed: true,
      ended: { code: 3, signal: null },
      attached: 0,
      command: "sh",
    },
    {
      session: "c",
      pid: 12,
      closed: true,
      ended: { code: null, signal: "SIGKILL" },
      attached: 0,
      command: "sh",
    },
    {
      session: "d",
      pid: 13,
      closed: true,
      ended: { code: null, signal: "SIGKILL" },
      attached: 0,
      command: "a|b c",
    },
    { session: "e", pid: 14, closed: true, ended: null, attached: 0, command: "sh" },
    {
      session: "f",
      pid: 15,
      closed: false,
      ended: { code: 0, signal: null },
      attached: 0,
      command: "sleep",
    },
  ]);
});

test("a command's name with a line break cannot pass for another session", () => {
  const forged = `${row("a", "%1", "10|0|||0|x")}\nvictim|%0|1|0|||0|sh\nm0rk|victim|%0|1|0|||0|sh`;
  expect(parsePanes(forged, "m4rk").map((pane) => pane.session)).toEqual(["a"]);
});

test("of a session that a person has split, the oldest pane is ours", () => {
  const output = [row("a", "%12", "30|0|||0|zsh"), row("a", "%9", "10|0|||0|agent")].join("\n");
  expect(parsePanes(output, "m4rk")).toMatchObject([{ pane: "%9", pid: 10 }]);
});

test("the format asks for nothing a program can set but the last field", () => {
  expect(paneFormat("m")).toBe(
    "m|#{session_name}|#{pane_id}|#{pane_pid}|#{pane_dead}|#{pane_dead_status}|#{pane_dead_signal}|#{session_attached}|#{pane_current_command}",
  );
});
