import { afterAll, describe, expect, test } from "bun:test";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { Processes, psTable } from "./process.ts";
import { runScript } from "./run-script.ts";
import { launchText } from "./shell-words.ts";
import { Workspace } from "./testing/workspace.ts";

/**
 * The script under the shells, group makers and process tables it may meet. What this machine does
 * not have (macOS) is made up from what it has: a PATH with only the tools of that system, `ps`
 * instead of `/proc`, a `sysctl` of our own.
 */
const work = new Workspace();
const processes = new Processes();
const groups: number[] = [];
afterAll(async () => {
  for (const group of groups) {
    try {
      process.kill(-group, "SIGKILL");
    } catch {
      // It has ended by itself, as it should.
    }
  }
  work.remove();
});

const ps = Bun.which("ps");
const tools = ["cat", "mkdir", "mkfifo", "mv", "rm", ...(ps === null ? [] : ["ps"])];
const shells = { dash: Bun.which("dash"), bash: Bun.which("bash") };
const makers = { setsid: Bun.which("setsid"), perl: Bun.which("perl"), bash: Bun.which("bash") };

/** A folder of programs that has only these. */
function toolbox(name: string, maker: keyof typeof makers | null, sysctl: string | null): string {
  const dir = work.path(name);
  mkdirSync(dir);
  for (const tool of tools) symlinkSync(Bun.which(tool) ?? "", `${dir}/${tool}`);
  if (maker !== null) symlinkSync(makers[maker] ?? "", `${dir}/${maker}`);
  if (sysctl !== null) {
    writeFileSync(`${dir}/sysctl`, sysctl);
    chmodSync(`${dir}/sysctl`, 0o755);
  }
  return dir;
}

interface Variant {
  readonly shell: string;
  readonly maker: keyof typeof makers | null;
  readonly proc: boolean;
  readonly sysctl?: string;
}

let made = 0;
/**
 * Runs the script as `SessionDirectory.start` does and answers the directory and the keeper. `own` are
 * more programs for its PATH, by name.
 */
function run(variant: Variant, script: string, own: Readonly<Record<string, string>> = {}) {
  made += 1;
  const dir = work.path(`run${made}`);
  mkdirSync(dir);
  // A shell called "sh" is one in POSIX mode.
  const sh = work.path(`sh${made}`);
  mkdirSync(sh);
  symlinkSync(variant.shell, `${sh}/sh`);
  const path = toolbox(`tools${made}`, variant.maker, variant.sysctl ?? null);
  for (const [name, program] of Object.entries(own)) {
    writeFileSync(`${path}/${name}`, program, { mode: 0o755 });
  }
  const text = runScript.replaceAll("/bin/sh", `${sh}/sh`);
  writeFileSync(`${dir}/run.sh`, variant.proc ? text : text.replaceAll("/proc/", "/none/"));
  const launch = launchText({
    file: "./launch",
    argv: [`${sh}/sh`, "-c", script],
    cwd: work.dir,
    env: { PATH: process.env["PATH"] ?? "", A: "it's" },
    inherited: ["PATH", "LC_ALL"],
  });
  if (!launch.ok) throw new Error(launch.fault.message);
  writeFileSync(`${dir}/launch`, launch.value);
  const keeper = Bun.spawn([`${sh}/sh`, "./run.sh", "launch"], {
    cwd: dir,
    env: { PATH: path, LC_ALL: "C" },
    stdio: ["ignore", Bun.file(`${dir}/log`), Bun.file(`${dir}/log`)],
    detached: true,
  });
  return { dir, keeper };
}

async function refOf(dir: string) {
  await work.file(`${dir}/ref`);
  const [pid = "", startTime = "", bootId = "", keeper = ""] = readFileSync(
    `${dir}/ref`,
    "utf8",
  ).split("\n");
  groups.push(Number(pid));
  return { process: { pid: Number(pid), startTime, bootId }, keeper: Number(keeper) };
}

const wanted = Object.entries(shells).flatMap(([name, shell]) =>
  Object.entries(makers).map(([maker, path]) => ({
    name: `${name} with ${maker}`,
    needs: `(needs ${name} and ${maker})`,
    shell,
    maker: maker as keyof typeof makers,
    path,
  })),
);

describe("starts, names, interrupts and ends a program", () => {
  for (const { name, needs, shell, maker, path } of wanted) {
    test.skipIf(shell === null || path === null)(`${name} ${needs}`, async () => {
      const { dir, keeper } = run(
        { shell: shell ?? "", maker, proc: existsSync("/proc/self/stat") },
        'trap "echo stopped; exit 7" INT; echo "$A"; while IFS= read -r l; do echo "got:$l"; done',
      );
      const ref = await refOf(dir);
      expect(ref.keeper).toBe(keeper.pid);
      expect(await processes.identify(ref.process.pid)).toEqual(ref.process);
      writeFileSync(`${dir}/in`, "hello\n", { flag: "a" });
      await work.until(
        () => (readFileSync(`${dir}/out`, "utf8").includes("got:hello") ? true : null),
        `${dir}/out`,
      );
      expect(await processes.signalGroup(ref.process, "SIGINT")).toBe(true);
      await keeper.exited;
      expect(readFileSync(`${dir}/exit`, "utf8")).toBe("7\n");
      expect(readFileSync(`${dir}/out`, "utf8")).toBe("it's\ngot:hello\nstopped\n");
      expect(existsSync(`${dir}/launch`)).toBe(false);
    });

    test.skipIf(shell === null || path === null)(`${name}, killed ${needs}`, async () => {
      const { dir, keeper } = run(
        { shell: shell ?? "", maker, proc: existsSync("/proc/self/stat") },
        "exec sleep 600",
      );
      const ref = await refOf(dir);
      expect(await processes.signalGroup(ref.process, "SIGKILL")).toBe(true);
      await keeper.exited;
      expect(readFileSync(`${dir}/exit`, "utf8")).toBe("137\n");
    });
  }
});

describe("on a full disk", () => {
  for (const [name, shell] of Object.entries(shells)) {
    test.skipIf(shell === null)(
      `how it ended is written once there is room (needs ${name})`,
      async () => {
        const dir = work.path(`run${made + 1}`);
        const tried = work.path(`tried${made + 1}`);
        // What cannot be opened cannot be written: a folder stands in its place.
        const program = `mkdir ${dir}/exit.new; exit 3`;
        const variant = { shell: shell ?? "", maker: "setsid", proc: true } as const;
        const { keeper } = run(variant, program, { sleep: `#!/bin/sh\necho >${tried}\n` });
        await work.file(tried);
        expect(existsSync(`${dir}/exit`)).toBe(false);
        rmdirSync(`${dir}/exit.new`);
        await keeper.exited;
        expect(readFileSync(`${dir}/exit`, "utf8")).toBe("3\nno-room\n");
      },
    );

    test.skipIf(shell === null)(`its keeper ends with the directory (needs ${name})`, async () => {
      const dir = work.path(`run${made + 1}`);
      const tried = work.path(`tried${made + 1}`);
      const variant = { shell: shell ?? "", maker: "setsid", proc: true } as const;
      const sleep = `#!/bin/sh\necho >${tried}\n`;
      const { keeper } = run(variant, `mkdir ${dir}/exit.new`, { sleep });
      await work.file(tried);
      rmSync(dir, { recursive: true });
      expect(await keeper.exited).toBe(74);
    });
  }
});

describe("without /proc", () => {
  const shell = shells.bash ?? shells.dash ?? "/bin/sh";
  const uuid = '#!/bin/sh\n[ "$2" = kern.bootsessionuuid ] && echo 6B29-FC40 || exit 1\n';
  const time =
    "#!/bin/sh\n[ \"$2\" = kern.boottime ] && echo '{ sec = 1700000000, usec = 5 } Tue Nov 14' || exit 1\n";

  test.skipIf(makers.perl === null || ps === null).each([
    ["6B29-FC40", uuid],
    ["1700000000", time],
  ])("ps and sysctl name the program: boot %s (needs perl and ps)", async (boot, sysctl) => {
    const { dir, keeper } = run({ shell, maker: "perl", proc: false, sysctl }, "exec sleep 600");
    const ref = await refOf(dir);
    expect(ref.process.bootId).toBe(boot);
    const named = new Processes({ ...psTable(), bootId: async () => boot });
    expect(await named.identify(ref.process.pid)).toEqual(ref.process);
    expect(await named.signalGroup(ref.process, "SIGTERM")).toBe(true);
    await keeper.exited;
    expect(readFileSync(`${dir}/exit`, "utf8")).toBe("143\n");
  });
});

describe("refuses", () => {
  const shell = shells.dash ?? "/bin/sh";

  test("to run twice in a directory", async () => {
    const { dir, keeper } = run({ shell, maker: "setsid", proc: true }, "exit 0");
    await keeper.exited;
    const again = Bun.spawn(["/bin/sh", "./run.sh", "launch"], {
      cwd: dir,
      env: { PATH: process.env["PATH"] ?? "" },
    });
    expect(await again.exited).toBe(75);
  });

  test("to run where a program cannot be put in a group of its own", async () => {
    const { dir, keeper } = run({ shell, maker: null, proc: true }, "exit 0");
    expect(await keeper.exited).toBe(69);
    expect(existsSync(`${dir}/ref`)).toBe(false);
    expect(readFileSync(`${dir}/log`, "utf8")).toContain("setsid, perl or bash");
  });
});
