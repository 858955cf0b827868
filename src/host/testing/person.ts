/** A person at a terminal of their own. */
interface Person {
  /** What they type to look at an agent. */
  readonly command: string;
  /** Whether tmux knows of them by now. */
  readonly shown: () => Promise<boolean>;
}

/** Runs `work` while a person in a real terminal looks at an agent; closes the terminal behind it. */
export async function whileAttached(
  { command, shown }: Person,
  work: () => Promise<void>,
): Promise<void> {
  const person = Bun.spawn(["/bin/sh", "-c", command], {
    env: { PATH: process.env["PATH"], TERM: "xterm-256color", LANG: "C.UTF-8" },
    terminal: { cols: 100, rows: 30, data: () => undefined },
  });
  try {
    // Nobody is told when a client is there: looked at until it is.
    while (!(await shown())) {
      if (person.exitCode !== null) throw new Error(`${command} ended with ${person.exitCode}`);
      await Bun.sleep(10);
    }
    await work();
  } finally {
    person.kill("SIGHUP");
    await person.exited;
    person.terminal?.close();
  }
}
