/**
 * Slash commands that open a dialog, change the terminal or end Claude: none of them fires a hook or
 * starts a turn, so a card that sent one would wait for ever (Claude Code 2.1.330, from its own
 * command table, aliases included).
 */
const local = new Set(
  `access add-dir advisor agents allowed-tools app artifacts auto-mode-setup autocompact autofix-pr
   background bashes bg branch brief btw bug cd checkpoint checkup chrome clear color compact config
   context continue copy cost daemon debug-tool-call desktop diff effort exit export extra-usage fast
   feedback focus fork heapdump help hooks ide import install install-github-app install-slack-app
   ios keybindings list-agents login logout mcp memory mobile model name new output-style passes
   pause-memory peers permissions plan plugin plugins powerup privacy-settings project
   pro-trial-expired quit radio rate-limit-options rc recap release-notes reload-plugins
   reload-skills remote-control remote-env rename reset restart resume rewind sandbox scroll-speed
   session settings setup-bedrock setup-vertex share skill-doctor skills stats status statusline
   stickers stop subtask tasks teleport terminal-setup theme todos tui ultraplan ultrareview undo
   upgrade usage usage-credits use-case vim version voice web-setup wellbeing workflow-launch-exec workflows`
    .split(/\s+/)
    .filter(Boolean),
);

/** What does the same on the card, for the commands people reach for. */
const instead: Readonly<Record<string, string>> = {
  model: "Choose the model in the task's settings; it applies from the next start.",
  effort: "Choose the effort in the task's settings; it applies from the next start.",
  permissions: "Choose the mode in the task's settings.",
  plan: "Choose the mode Plan in the task's settings.",
  login: "Log in with `claude auth login` in a terminal.",
  logout: "Log out with `claude auth logout` in a terminal.",
  clear: "Create a new task for a new conversation.",
  new: "Create a new task for a new conversation.",
  reset: "Create a new task for a new conversation.",
  resume: "Send a message: the task goes on with its own conversation.",
  continue: "Send a message: the task goes on with its own conversation.",
  exit: "Use Stop, or move the card to Done.",
  quit: "Use Stop, or move the card to Done.",
  compact: "Claude compacts by itself when its context is full.",
  usage: "The card and the run show usage and cost.",
  cost: "The card and the run show usage and cost.",
  context: "The run shows how full the context is.",
  diff: "Open the Changes tab.",
  rewind: "Discard changes in the Changes tab, or start again in a new task.",
};

export function isLocalCommand(name: string): boolean {
  return local.has(name.toLowerCase());
}

/** What to do instead of a command only the terminal knows. */
export function insteadOf(name: string): string {
  return instead[name.toLowerCase()] ?? "Open the Terminal tab and type it there.";
}
