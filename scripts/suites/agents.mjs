import { SetupFault } from "../setup/fault.mjs";
import { root, setupDir } from "../setup/paths.mjs";
import { thisPlatform } from "../setup/platform.mjs";
import { isProgram } from "../setup/programs.mjs";
import { during } from "../setup/say.mjs";
import { digest, Stamp } from "../setup/stamp.mjs";
import { installInto } from "./chromium.mjs";

const home = `${setupDir}/agents`;

/**
 * The real CLIs, at the versions that tools/agents pins. Their packages bring the native program in
 * a package per platform, so none of their install scripts has to run.
 * @returns {Promise<Record<string, string>>} the environment that tells test/agents where they are
 */
export async function ensureAgents() {
  const programs = agentPrograms(thisPlatform());
  const stamp = new Stamp(`${home}.stamp`);
  const wanted = digest(root, ["tools/agents"]);
  if (!stamp.matches(wanted) || !Object.values(programs).every(isProgram)) {
    stamp.clear();
    await during("fetching Claude Code and Codex for their tests (about 250 MB, only once)", () =>
      installInto(home, "tools/agents"),
    );
    stamp.set(wanted);
  }
  return programs;
}

/**
 * @param {import("../setup/platform.mjs").Platform} platform
 * @returns {{ AGETOR_TEST_CLAUDE_BIN: string, AGETOR_TEST_CODEX_BIN: string }}
 */
export function agentPrograms({ os, cpu, libc }) {
  const triples = { linux: "unknown-linux-musl", darwin: "apple-darwin" };
  const arch = { x64: "x86_64", arm64: "aarch64" }[cpu];
  if ((os !== "linux" && os !== "darwin") || !arch) {
    throw new SetupFault(`There are no agents for ${os} on ${cpu}.`, "Leave out --agents.");
  }
  const claude = `claude-code-${os}-${cpu}${libc === "musl" ? "-musl" : ""}`;
  const modules = `${home}/node_modules`;
  return {
    AGETOR_TEST_CLAUDE_BIN: `${modules}/@anthropic-ai/${claude}/claude`,
    AGETOR_TEST_CODEX_BIN: `${modules}/@openai/codex-${os}-${cpu}/vendor/${arch}-${triples[os]}/bin/codex`,
  };
}
