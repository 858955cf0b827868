/** What a harness is made of, as far as it decides which code runs and where its words go. */
export interface HarnessSettings {
  readonly bin: string | null;
  readonly args: readonly string[];
  readonly home: string | null;
  readonly env: Readonly<Record<string, string>>;
}

/** `danger`: it can run other code or send the account elsewhere. `note`: worth knowing, no more. */
export type RiskLevel = "danger" | "note";

export interface HarnessRisk {
  readonly field: "bin" | "args" | "env";
  /** The variable or the argument; null for the program. */
  readonly name: string | null;
  readonly level: RiskLevel;
  /** One sentence for people. */
  readonly why: string;
}

/** The settings of a harness that decide which code runs on this machine (CFG-03). */
export const codeSettings = ["bin", "args", "env", "home"] as const;
export type CodeSetting = (typeof codeSettings)[number];

interface Rule {
  readonly name: RegExp;
  readonly level: RiskLevel;
  readonly why: string;
}

const variables: readonly Rule[] = [
  {
    name: /^(LD_|DYLD_)/,
    level: "danger",
    why: "Loads other code into the agent and into every program it starts.",
  },
  {
    name: /^(NODE_OPTIONS|NODE_PATH|BUN_OPTIONS|BUN_INSTALL|PYTHONPATH|PYTHONSTARTUP|PYTHONHOME|PERL5OPT|PERL5LIB|RUBYOPT|RUBYLIB|JAVA_TOOL_OPTIONS|_JAVA_OPTIONS)$/,
    level: "danger",
    why: "Has an interpreter load other code before anything else.",
  },
  {
    name: /^(BASH_ENV|ENV|ZDOTDIR|PROMPT_COMMAND|PS4|IFS|SHELLOPTS|BASHOPTS|BASH_FUNC_.*)$/,
    level: "danger",
    why: "Changes what every shell of the agent runs or reads.",
  },
  {
    name: /^(PATH|CDPATH)$/,
    level: "danger",
    why: "Decides which programs run under the names of git, node and all others.",
  },
  {
    name: /^(SHELL|CLAUDE_CODE_SHELL|CLAUDE_CODE_SHELL_PREFIX|EDITOR|VISUAL|PAGER|BROWSER)$/,
    level: "danger",
    why: "Names a program that the agent starts.",
  },
  {
    name: /^GIT_/,
    level: "danger",
    why: "Can have git run other programs, or work on another repository.",
  },
  {
    name: /^(SSH_ASKPASS|SUDO_ASKPASS)$/,
    level: "danger",
    why: "Names a program that is asked for passwords.",
  },
  {
    name: /^(ANTHROPIC|OPENAI|AZURE_OPENAI|CLAUDE_CODE|CODEX|BEDROCK|VERTEX|ANTHROPIC_BEDROCK|ANTHROPIC_VERTEX)_(API_)?(BASE_URL|BASE|ENDPOINT)$|^(CHATGPT|OPENAI)_.*_URL$/,
    level: "danger",
    why: "Sends the account's key and everything the agent reads to another server.",
  },
  {
    name: /_PROXY$/i,
    level: "danger",
    why: "Sends the agent's traffic through another server.",
  },
  {
    name: /^(NODE_TLS_REJECT_UNAUTHORIZED|NODE_EXTRA_CA_CERTS|SSL_CERT_FILE|SSL_CERT_DIR|CURL_CA_BUNDLE|REQUESTS_CA_BUNDLE)$/,
    level: "danger",
    why: "Changes which servers the agent believes.",
  },
  {
    name: /^(NPM_CONFIG_|npm_config_)/,
    level: "danger",
    why: "Can have npm fetch and run other packages.",
  },
  {
    name: /^HOME$/,
    level: "danger",
    why: "Moves everything: git, ssh and every tool of the agent see another home.",
  },
  {
    name: /^(XDG_.*|TMPDIR)$/,
    level: "note",
    why: "Moves settings or files of every program the agent starts.",
  },
  {
    name: /^(CLAUDE_CONFIG_DIR|CODEX_HOME)$/,
    level: "note",
    why: "Moves the account. The config home of the harness says the same in one place.",
  },
  {
    name: /^IS_SANDBOX$/,
    level: "note",
    why: "Tells Claude Code that it is contained, so that it may bypass approvals as root.",
  },
  {
    name: /(^|_)(API_KEY|AUTH_TOKEN|ACCESS_TOKEN|TOKEN|SECRET|SECRET_KEY|SECRET_ACCESS_KEY|PASSWORD|OAUTH_TOKEN)$/,
    level: "note",
    why: "Looks like a key. It is stored in Agetor's database, readable by you only.",
  },
];

const options: readonly Rule[] = [
  {
    name: /^--(dangerously-|allow-dangerously-|yolo$|approve-for-me$)/,
    level: "danger",
    why: "Takes away approvals or the sandbox in every mode.",
  },
  {
    name: /^--(permission-mode|allowed-?tools|permission-prompt-tool|sandbox|ask-for-approval)$|^-[as]$/i,
    level: "danger",
    why: "Decides over approvals, whatever the task's mode says.",
  },
  {
    name: /^--(settings|mcp-config|plugin-dir|setting-sources|agents|hooks)$/,
    level: "danger",
    why: "Brings hooks, servers or tools, which are programs that run.",
  },
  {
    name: /^(-c|--config|-p|--profile|--enable)$/,
    level: "danger",
    why: "Changes the agent's configuration, which can name programs and servers.",
  },
  {
    name: /^--add-dir$/,
    level: "note",
    why: "Lets the agent work in another folder too.",
  },
];

/** What a variable of this name can do; null when nothing is known against it. */
export function envRisk(name: string): Pick<HarnessRisk, "level" | "why"> | null {
  return ruleFor(variables, name);
}

/** What an argument can do: `--flag`, `--flag=value`, `-c`; null for values and harmless flags. */
export function argRisk(arg: string): Pick<HarnessRisk, "level" | "why"> | null {
  return arg.startsWith("-") ? ruleFor(options, arg.split("=")[0] ?? arg) : null;
}

/** Whether a variable's value is to be hidden until it is asked for. */
export function isSecretName(name: string): boolean {
  return /(^|_)(KEY|TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIALS?)$/i.test(name);
}

/** All that is to be said about the settings of a harness, the dangerous first. */
export function harnessRisks({ bin, args, env }: HarnessSettings): readonly HarnessRisk[] {
  const risks: HarnessRisk[] = [];
  if (bin !== null) {
    risks.push({
      field: "bin",
      name: null,
      level: "danger",
      why: "This program runs with your rights, in every task of this harness.",
    });
  }
  for (const arg of args) {
    const risk = argRisk(arg);
    if (risk !== null) risks.push({ field: "args", name: arg.split("=")[0] ?? arg, ...risk });
  }
  for (const name of Object.keys(env).toSorted()) {
    const risk = envRisk(name);
    if (risk !== null) risks.push({ field: "env", name, ...risk });
  }
  return risks.toSorted((a, b) => weight(a) - weight(b));
}

/**
 * Which of the settings that decide over running code a change touches; the person types the
 * harness's name before it is saved. `before` is null for a new harness.
 */
export function changedCode(
  before: HarnessSettings | null,
  after: HarnessSettings,
): readonly CodeSetting[] {
  const was = before ?? { bin: null, args: [], home: null, env: {} };
  return codeSettings.filter((field) => plain(was[field]) !== plain(after[field]));
}

function plain(value: HarnessSettings[CodeSetting]): string {
  const isMap = typeof value === "object" && value !== null && !Array.isArray(value);
  return JSON.stringify(isMap ? Object.entries(value).toSorted() : value);
}

function ruleFor(rules: readonly Rule[], name: string): Pick<HarnessRisk, "level" | "why"> | null {
  const rule = rules.find((one) => one.name.test(name));
  return rule === undefined ? null : { level: rule.level, why: rule.why };
}

function weight({ level }: HarnessRisk): number {
  return level === "danger" ? 0 : 1;
}
