import { join } from "node:path";
import { fault } from "../../contract/fault.ts";
import { err, ok, type Result } from "../../contract/result.ts";
import { quotedWord } from "../../domain/commands.ts";
import type { LaunchPlan, OpenRequest } from "../driver.ts";
import { bridgeFiles } from "./bridge.ts";
import { descriptor, permissionModes } from "./descriptor.ts";
import { hookSettings } from "./hooks.ts";
import { askUserTool } from "./names.ts";
import { conversationId, type SessionFiles, sessionFiles } from "./paths.ts";
import { orPointer, preparePrompt } from "./prompt.ts";
import { statusLineSettings } from "./status-line.ts";

/** What a start runs, and whether it carries the first message with it. */
export interface ClaudeLaunch {
  readonly plan: LaunchPlan;
  readonly files: SessionFiles;
  readonly conversation: string;
  /** The text as Claude gets it at launch; null = the message is pasted once Claude is idle. */
  readonly positional: string | null;
}

/**
 * Plans a start. Pure. A slash command is never handed over at launch: what names a command is only
 * known by asking the CLI.
 */
export function planLaunch(
  request: OpenRequest,
  /** The person's own status line, which ours runs after itself. */
  ownLine: string | null = null,
): Result<ClaudeLaunch> {
  const mode = permissionModes[request.mode ?? descriptor.defaultMode];
  if (mode === undefined) {
    return err(fault("mode_unavailable", `Claude Code has no mode "${request.mode}".`));
  }
  const prompt = preparePrompt(request.firstMessage.text, new Set());
  if (!prompt.ok) return prompt;
  const files = sessionFiles(request.dir);
  const conversation = request.resume ?? conversationId(request.sessionId);
  const sent = prompt.value.positional
    ? orPointer(prompt.value.text, promptFile(files, request.firstMessage.id))
    : null;
  const argv = argvOf(request, files, mode, conversation, sent?.text ?? null);
  const plan: LaunchPlan = {
    hosting: "tmux",
    argv,
    cwd: request.workplace.cwd,
    env: environment(request),
    files: [
      { path: files.settings, content: settingsOf(request, files, mode, ownLine), mode: 0o600 },
      { path: files.script, content: scriptOf(request.workplace.cwd, argv), mode: 0o600 },
      ...(request.bridge === null ? [] : bridgeFiles(request.bridge, files)),
      ...(sent?.file ? [{ path: sent.file, content: prompt.value.text, mode: 0o600 }] : []),
    ],
  };
  return ok({ plan, files, conversation, positional: sent?.text ?? null });
}

/** Where a message lies that is too large to be handed over. */
export function promptFile(files: SessionFiles, messageId: string): string {
  return join(files.prompts, `${messageId.replaceAll(/[^A-Za-z0-9_-]/g, "_")}.md`);
}

function argvOf(
  request: OpenRequest,
  files: SessionFiles,
  mode: string,
  conversation: string,
  prompt: string | null,
): readonly [string, ...string[]] {
  return [
    request.bin,
    ...request.harness.args,
    "--settings",
    files.settings,
    ...(request.resume === null ? ["--session-id", conversation] : ["--resume", conversation]),
    // Always said: without it Claude Code 2.1.330 starts in `auto`.
    "--permission-mode",
    mode,
    ...(request.model === null ? [] : ["--model", request.model]),
    ...(request.effort === null ? [] : ["--effort", request.effort]),
    // Beside the person's own servers, not instead of them.
    ...(request.bridge === null ? [] : ["--mcp-config", files.mcp]),
    // Behind `--` nothing of a message can be read as a flag (trust S-11).
    ...(prompt === null ? [] : ["--", prompt]),
  ];
}

/** What Claude gets on top of the allow-listed base of the host (trust TRUST-03). */
function environment(request: OpenRequest): Record<string, string> {
  return {
    ...request.harness.env,
    ...(request.harness.home === null ? {} : { CLAUDE_CONFIG_DIR: request.harness.home }),
    // The program's path is pinned per session; an update in the middle would pull it away.
    DISABLE_AUTOUPDATER: "1",
    // The default of 1.5 s is short for a busy machine; our hook needs milliseconds.
    CLAUDE_CODE_SESSIONEND_HOOKS_TIMEOUT_MS: "5000",
  };
}

function settingsOf(
  request: OpenRequest,
  files: SessionFiles,
  mode: string,
  ownLine: string | null,
): string {
  const bridged = request.bridge !== null;
  const settings = {
    hooks: hookSettings(files, bridged),
    statusLine: statusLineSettings(files, ownLine),
    // `//` begins an absolute path in a permission rule.
    permissions: { allow: [`Read(/${files.prompts}/**)`, ...(bridged ? [askUserTool] : [])] },
    ...(mode === "bypassPermissions" ? { skipDangerousModePermissionPrompt: true } : {}),
  };
  return `${JSON.stringify(settings, null, 2)}\n`;
}

/** Claude takes the place of the shell, so the pane's process is Claude itself. */
function scriptOf(cwd: string, argv: readonly string[]): string {
  return `cd ${quotedWord(cwd)} || exit 127\nexec ${argv.map(quotedWord).join(" ")}\n`;
}
