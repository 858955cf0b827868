/**
 * What holds for every git command, whatever the repository or the person has configured (trust.md
 * V5, S-12). A hook file is never found; hooks that git 2.54 and later read from the configuration
 * are switched off by event here, and by name where refs are written (kit.ts).
 */
const hookEvents = [
  "reference-transaction",
  "post-checkout",
  "post-index-change",
  "pre-commit",
  "prepare-commit-msg",
  "commit-msg",
  "post-commit",
  "pre-auto-gc",
];

/** Settings given on the command line, where nothing overrides them. */
export const overrides: readonly string[] = [
  "core.hooksPath=/dev/null",
  ...hookEvents.map((event) => `hook.${event}.enabled=false`),
  "core.fsmonitor=false",
  "core.untrackedCache=false",
  "core.splitIndex=false",
  "core.pager=cat",
  "core.quotePath=true",
  "core.sshCommand=false",
  "core.safecrlf=false",
  "credential.helper=",
  "protocol.allow=never",
  "protocol.ext.allow=never",
  "protocol.file.allow=never",
  "commit.gpgSign=false",
  "diff.external=",
  "diff.suppressBlankEmpty=false",
  "submodule.recurse=false",
  "gc.auto=0",
  "maintenance.auto=false",
  "worktree.useRelativePaths=false",
].flatMap((setting) => ["-c", setting]);

/**
 * Settings while the repository's own commit hooks run, on the person's wish: what they call sees
 * the configuration as it is, but for what would ask, sign or tidy up behind our back.
 */
export const hookOverrides: readonly string[] = [
  "core.fsmonitor=false",
  "core.pager=cat",
  "commit.gpgSign=false",
  "gc.auto=0",
  "maintenance.auto=false",
].flatMap((setting) => ["-c", setting]);

export const hookEnvironment = {
  GIT_TERMINAL_PROMPT: "0",
  GIT_ASKPASS: "true",
  GIT_EDITOR: "true",
};

/** What programs of the person need besides `HOME`, `XDG_CONFIG_HOME` and `PATH`. */
export const hookVariables = ["USER", "LOGNAME", "SHELL", "LANG", "LC_ALL", "LC_CTYPE", "TMPDIR"];

/** The environment besides `HOME`, `XDG_CONFIG_HOME`, `PATH` and what a command brings itself. */
export const fixedEnvironment = {
  LC_ALL: "C",
  GIT_TERMINAL_PROMPT: "0",
  GIT_ASKPASS: "true",
  GIT_OPTIONAL_LOCKS: "0",
  /** Not even a partial clone fetches: a transport would run what the repository configures. */
  GIT_ALLOW_PROTOCOL: "none",
  GIT_NO_LAZY_FETCH: "1",
  /** What is hashed for trust is what is checked out. */
  GIT_NO_REPLACE_OBJECTS: "1",
  GIT_LITERAL_PATHSPECS: "1",
};
