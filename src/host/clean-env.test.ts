import { expect, test } from "bun:test";
import { cleanEnv } from "./clean-env.ts";

test("only the allow-list gets through", () => {
  const kept = {
    PATH: "/usr/bin:/bin",
    HOME: "/home/a",
    USER: "a",
    LOGNAME: "a",
    SHELL: "/bin/zsh",
    LANG: "de_DE.UTF-8",
    LC_TIME: "en_GB.UTF-8",
    TERM: "xterm",
    TMPDIR: "/var/tmp",
    TZ: "Europe/Berlin",
    XDG_RUNTIME_DIR: "/run/user/1",
    SSH_AUTH_SOCK: "/run/ssh",
    HTTPS_PROXY: "http://proxy",
    no_proxy: "localhost",
    SSL_CERT_FILE: "/etc/ssl/x",
    NODE_EXTRA_CA_CERTS: "/etc/ssl/y",
  };
  const dropped = {
    NODE_OPTIONS: "--require /tmp/x",
    BUN_OPTIONS: "--preload /tmp/x",
    LD_PRELOAD: "/tmp/x.so",
    LD_LIBRARY_PATH: "/tmp",
    DYLD_INSERT_LIBRARIES: "/tmp/x",
    GIT_DIR: "/tmp",
    GIT_SSH_COMMAND: "touch /tmp/x",
    AGETOR_TOKEN: "secret",
    CLAUDE_CONFIG_DIR: "/tmp",
    CLAUDECODE: "1",
    ANTHROPIC_API_KEY: "secret",
    OPENAI_API_KEY: "secret",
    CODEX_HOME: "/tmp",
    TMUX: "/tmp/tmux-1/default,1,0",
    TMUX_PANE: "%1",
    TMUX_TMPDIR: "/nowhere",
    BASH_ENV: "/tmp/x",
    ENV: "/tmp/x",
    PYTHONPATH: "/tmp",
    PERL5OPT: "-Mx",
    PS4: "$(touch /tmp/x)",
    AWS_SECRET_ACCESS_KEY: "secret",
    GITHUB_TOKEN: "secret",
  };
  expect(cleanEnv({ ...kept, ...dropped, UNSET: undefined })).toEqual(kept);
});

test("what every program needs is there, and nothing points into a worktree", () => {
  const env = cleanEnv({ PATH: ":.:bin:/usr/bin::", HOME: "relative", TMPDIR: "." });
  expect(env["PATH"]).toBe("/usr/bin");
  expect(env["HOME"]).toStartWith("/");
  expect(env["TMPDIR"]).toBeUndefined();
  expect(env["TERM"]).toBe("xterm-256color");
  expect(env["LANG"]).toEndWith("UTF-8");
  expect(cleanEnv({ PATH: "." })["PATH"]).toContain("/usr/bin");
  expect(cleanEnv({ LC_ALL: "C" })["LANG"]).toBeUndefined();
});
