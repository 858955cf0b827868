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

/**
 * Settings while git speaks with a remote, on the person's wish and with the person's own
 * configuration (see landing/personal.ts): still no hooks, nothing that asks, and only transports
 * that run nothing named by an address.
 */
export const networkOverrides: readonly string[] = [
  "core.hooksPath=/dev/null",
  "core.fsmonitor=false",
  "core.pager=cat",
  "protocol.ext.allow=never",
  "push.gpgSign=false",
  "push.followTags=false",
  "push.recurseSubmodules=no",
  "submodule.recurse=false",
  "gc.auto=0",
  "maintenance.auto=false",
].flatMap((setting) => ["-c", setting]);

export const networkEnvironment = {
  LC_ALL: "C",
  GIT_TERMINAL_PROMPT: "0",
  /** Empty: neither git's nor ssh's own way of asking is used instead. */
  GIT_ASKPASS: "",
  SSH_ASKPASS_REQUIRE: "never",
  GIT_ALLOW_PROTOCOL: "file:git:http:https:ssh",
};

/** Keys, proxies and keyrings of the person, for git and for a forge's own program. */
export const networkVariables = [
  ...["SSH_AUTH_SOCK", "SSH_AGENT_PID", "DBUS_SESSION_BUS_ADDRESS", "DISPLAY", "WAYLAND_DISPLAY"],
  ...["XDG_RUNTIME_DIR", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"],
  ...["http_proxy", "https_proxy", "all_proxy", "no_proxy"],
  ...["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"],
  ...["SSL_CERT_FILE", "SSL_CERT_DIR", "CURL_CA_BUNDLE"],
];

/** What a forge's own program is told by. */
export const forgeVariables = [
  ...["GH_TOKEN", "GITHUB_TOKEN", "GH_ENTERPRISE_TOKEN", "GITHUB_ENTERPRISE_TOKEN", "GH_HOST"],
  ...["GH_CONFIG_DIR", "GITLAB_TOKEN", "GITLAB_HOST", "GLAB_CONFIG_DIR"],
];

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
