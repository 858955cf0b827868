import { cleanEnv } from "./clean-env.ts";
import { DirectoryWatches } from "./directory-watch.ts";
import { Finder } from "./finder.ts";
import { LoginPath } from "./login-path.ts";
import { portsAreFree } from "./ports.ts";
import { Processes } from "./process.ts";
import { runCommand } from "./run.ts";
import { openDirectory } from "./session-directory.ts";
import { openTail } from "./tail.ts";
import { createTmux } from "./tmux.ts";
import { FolderTree, treeBudget } from "./tree-watch.ts";
import { RecursiveTree } from "./tree-watch-macos.ts";
import type { Host } from "./types.ts";

export interface HostOptions {
  /** The data directory: it names the tmux socket and holds the launch files of tmux sessions. */
  readonly dataDir: string;
  /** The environment of the server; only its allow-listed part is ever used. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Absolute path of tmux, instead of the one that is looked up. */
  readonly tmuxBin?: string;
  /** Told once what a person should know about this host, such as exhausted file watchers. */
  readonly onNotice?: (notice: string) => void;
}

/** The real host. Making it touches nothing: no file, no process, no timer. */
export function createHost(options: HostOptions): Host {
  const env = cleanEnv(options.env);
  const finder = new Finder(env, new LoginPath(env));
  const processes = new Processes();
  const { onNotice } = options;
  const watches = new DirectoryWatches(onNotice === undefined ? {} : { onNotice });
  const trees = treeBudget(onNotice === undefined ? {} : { onNotice });
  return {
    tmux: createTmux({
      dataDir: options.dataDir,
      env,
      processes,
      bin: options.tmuxBin ?? null,
    }),
    directory: (dir) => openDirectory(dir, { processes, watches, env }),
    tail: (tail) => openTail(tail, watches),
    watchTree: (tree) =>
      process.platform === "darwin" ? new RecursiveTree(tree) : new FolderTree(tree, trees),
    alive: (ref) => processes.alive(ref),
    identify: (pid) => processes.identify(pid),
    signalGroup: (ref, signal) => processes.signalGroup(ref, signal),
    end: async (ref, polite, graceMs) => ({
      leftovers: await processes.end(ref, polite, graceMs),
    }),
    find: (name) => finder.find(name),
    portsAreFree,
    run: runCommand,
    baseEnv: () => ({ ...finder.pathEnv() }),
  };
}
