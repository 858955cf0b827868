/** Who may call a route: nobody known (`open`), a person (`app`), or an agent's session (`session`). */
export type Scope = "open" | "app" | "session";

export interface Route {
  readonly method: "GET" | "POST" | "PATCH" | "PUT" | "DELETE";
  /** Path with `:name` parameters, at the root. */
  readonly path: string;
  readonly scope: Scope;
  /** `json` answers once, `sse` streams, `bytes` takes or gives raw bytes, `mcp` is JSON-RPC. */
  readonly answer: "json" | "sse" | "bytes" | "mcp";
  readonly summary: string;
}

const json = (
  method: Route["method"],
  path: string,
  summary: string,
  scope: Scope = "app",
): Route => ({ method, path, scope, answer: "json", summary });
const bytes = (path: string, summary: string): Route => ({
  method: "GET",
  path,
  scope: "app",
  answer: "bytes",
  summary,
});
const sse = (path: string, summary: string): Route => ({
  method: "GET",
  path,
  scope: "app",
  answer: "sse",
  summary,
});

/** Every route the server has. The router is built from this table, and a test holds the two together. */
export const routes = {
  health: json("GET", "/health", "Is the server up", "open"),
  authExchange: json("POST", "/auth/exchange", "Trade a one-time code for a browser token", "open"),
  authCode: json("POST", "/auth/code", "Make a one-time code to open the board with"),
  authTokens: json("GET", "/auth/tokens", "List browser tokens"),
  authRevoke: json("DELETE", "/auth/tokens/:id", "Revoke a browser token"),
  info: json("GET", "/info", "Version, port and data directory"),
  defaults: json("GET", "/defaults", "What a new task starts from"),
  openapi: json("GET", "/openapi.json", "This contract, machine-readable"),

  doctor: json("GET", "/doctor", "What Agetor relies on, and how each thing is mended"),
  doctorReport: {
    method: "GET",
    path: "/doctor/report",
    scope: "app",
    answer: "bytes",
    summary: "The same as text that can be shown to anyone",
  },

  usage: json("GET", "/usage", "Tokens and cost by day, account and task"),

  doctorProbe: json(
    "POST",
    "/doctor/probe",
    "Try an installed CLI against a model of ours, without an account",
  ),

  doctorProbing: json("GET", "/doctor/probe", "The trial under way, with what it has shown so far"),

  listTasks: json("GET", "/tasks", "List tasks, without prompts"),
  createTask: json("POST", "/tasks", "Create a task, and start it if asked"),
  getTask: json("GET", "/tasks/:id", "One task, with its prompt"),
  patchTask: json("PATCH", "/tasks/:id", "Change a task"),
  deleteTask: json("DELETE", "/tasks/:id", "Delete a task, keeping its work in the trash"),
  restoreTask: json("POST", "/tasks/:id/restore", "Bring a deleted task back"),
  startTask: json("POST", "/tasks/:id/start", "Start or start again"),
  listRuns: json("GET", "/tasks/:id/runs", "Runs of a task, newest first"),
  taskEvents: sse("/tasks/:id/events", "Replay and follow the events of a task"),
  taskTranscript: json("GET", "/tasks/:id/transcript", "One page of a task's stored events"),
  taskReview: json("GET", "/tasks/:id/review", "Comments on the changes, and files looked at"),
  createComment: json("POST", "/tasks/:id/comments", "Comment on lines, a file or the whole"),
  patchComment: json(
    "PATCH",
    "/tasks/:id/comments/:commentId",
    "Change a draft, settle or reopen a comment",
  ),
  removeComment: json("DELETE", "/tasks/:id/comments/:commentId", "Remove a comment"),
  sendReview: json("POST", "/tasks/:id/review/send", "Send comments to the agent as one message"),
  putViewed: json("PUT", "/tasks/:id/viewed", "Mark files as looked at, by their content"),
  taskChanges: json("GET", "/tasks/:id/changes", "Files and diffs between two states of a task"),
  taskChangedFile: json("GET", "/tasks/:id/changes/file", "One changed file, its patch whole"),
  taskChangedLines: json("GET", "/tasks/:id/changes/lines", "Lines between two hunks"),
  taskChangedContent: bytes("/tasks/:id/changes/content", "One side of a changed image"),
  taskPatch: bytes("/tasks/:id/changes/patch", "The changes as `git apply` takes them"),
  taskCommits: json("GET", "/tasks/:id/commits", "Commits of a task since its base, newest first"),
  markReviewed: json("POST", "/tasks/:id/reviewed", "Everything up to now has been reviewed"),
  revertChanges: json("POST", "/tasks/:id/changes/revert", "Take hunks, files or a turn back"),
  commitTask: json("POST", "/tasks/:id/commit", "Commit the worktree's files"),
  stopCommit: json(
    "POST",
    "/tasks/:id/commit/stop",
    "End the hooks of a commit, and so the commit",
  ),
  taskSuggestions: json("GET", "/tasks/:id/suggestions", "Words for a commit, merge or request"),
  taskLanding: json("GET", "/tasks/:id/landing", "Where the work stands, and what comes next"),
  mergeTask: json("POST", "/tasks/:id/merge", "Merge the branch into its base"),
  rebaseTask: json("POST", "/tasks/:id/rebase", "Rebase the branch onto its moved base"),
  pushTask: json("POST", "/tasks/:id/push", "Push the branch with the person's own git"),
  createPullRequest: json("POST", "/tasks/:id/pull-request", "Push and open a pull request"),
  refreshPullRequest: json(
    "POST",
    "/tasks/:id/pull-request/refresh",
    "Read the pull request from its forge again",
  ),
  listCheckpoints: json("GET", "/tasks/:id/checkpoints", "Ways back, newest first"),
  restoreCheckpoint: json(
    "POST",
    "/tasks/:id/checkpoints/:checkpointId/restore",
    "Go back to a checkpoint",
  ),
  taskTerminal: json("GET", "/tasks/:id/terminal", "What the agent's terminal shows now"),
  listQueued: json("GET", "/tasks/:id/queue", "Messages that wait for the agent"),
  patchQueued: json(
    "PATCH",
    "/tasks/:id/queue/:messageId",
    "Change a waiting message or its place",
  ),
  steerQueued: json(
    "POST",
    "/tasks/:id/queue/:messageId/steer",
    "Say a waiting message into the current turn",
  ),
  holdQueued: json(
    "POST",
    "/tasks/:id/queue/:messageId/hold",
    "Keep a waiting message from being sent while it is edited",
  ),
  removeQueued: json("DELETE", "/tasks/:id/queue/:messageId", "Take a waiting message back"),
  taskInteractions: json("GET", "/tasks/:id/interactions/pending", "What this task waits for"),
  allInteractions: json("GET", "/interactions/pending", "What all tasks wait for"),
  taskSetup: json("GET", "/tasks/:id/setup", "Set-up, ports and environment of a task's worktree"),
  repeatSetup: json("POST", "/tasks/:id/setup", "Run set-up again before the next message"),
  trash: json("GET", "/trash", "Deleted tasks that can be restored"),
  deleteTrash: json("DELETE", "/trash/:id", "Delete a task in the trash for good"),
  createSample: json("POST", "/sample", "Make and start the sample task"),

  cancelRun: json("POST", "/runs/:id/cancel", "Stop the turn; the session survives"),
  inputRun: json("POST", "/runs/:id/input", "Send a follow-up"),
  runEvents: sse("/runs/:id/events", "Replay and follow the events of a run"),
  events: sse("/events", "State of everything, with the transcripts asked for"),

  ask: json("POST", "/approvals", "A hook asks for an approval and waits", "session"),
  answerApproval: json("POST", "/approvals/:id/answer", "Allow or deny"),
  askQuestion: json("POST", "/questions", "The ask_user tool asks and waits", "session"),
  withdrawQuestion: json(
    "DELETE",
    "/questions/:id",
    "The ask_user tool no longer waits",
    "session",
  ),
  answerQuestion: json("POST", "/questions/:id/answer", "Answer a question"),
  mcp: {
    method: "POST",
    path: "/mcp",
    scope: "session",
    answer: "mcp",
    summary: "The ask_user tool over streamable HTTP MCP",
  },
  mcpResume: {
    method: "GET",
    path: "/mcp",
    scope: "session",
    answer: "mcp",
    summary: "Go on behind Last-Event-ID with an MCP answer whose stream broke",
  },
  answerQuestions: json("POST", "/ask-questions/:id/answer", "Answer a set of questions"),
  answerPlan: json("POST", "/plan-approvals/:id/answer", "Approve a plan or ask for changes"),
  listRules: json("GET", "/tasks/:id/rules", "What is always allowed in a task"),
  revokeRule: json("DELETE", "/tasks/:id/rules/:ruleId", "Take an allowance back"),

  listHarnesses: json("GET", "/harnesses", "List harnesses"),
  createHarness: json("POST", "/harnesses", "Add a harness"),
  getHarness: json("GET", "/harnesses/:id", "One harness"),
  patchHarness: json("PATCH", "/harnesses/:id", "Change a harness"),
  deleteHarness: json("DELETE", "/harnesses/:id", "Remove a harness"),
  harnessTemplates: json("GET", "/harness-templates", "Starts for harnesses of one's own"),
  testHarness: json("POST", "/harnesses/:id/test", "Ask its program for version, login and models"),
  loginHarness: json(
    "POST",
    "/harnesses/:id/login",
    "How to log in to its account, in a terminal if one can be opened",
  ),
  agents: json("GET", "/agents", "Which agents are installed and logged in"),
  agentModels: json("GET", "/agent-models", "Models of the agents"),
  agentCommands: json("GET", "/agent-commands", "Slash commands of an agent"),

  listProjects: json("GET", "/projects", "List working-directory shortcuts"),
  addProject: json("POST", "/projects", "Add a working-directory shortcut"),
  removeProject: json("DELETE", "/projects", "Remove a working-directory shortcut"),
  projectBranches: json("GET", "/projects/branches", "Branches of a repository"),
  projectTrust: json("GET", "/projects/trust", "Agent-config files of a repository and their hash"),
  trustProject: json("POST", "/projects/trust", "Accept a repository's agent-config files"),
  projectSetup: json("GET", "/projects/setup", "What happens in new worktrees of a repository"),
  putProjectSetup: json("PUT", "/projects/setup", "Say what happens in new worktrees"),

  getPreferences: json("GET", "/preferences", "All preferences"),
  patchPreferences: json("PATCH", "/preferences", "Set several preferences"),
  putPreference: json("PUT", "/preferences/:key", "Set one preference"),
  openPath: json("POST", "/open-path", "Open a folder or file of a task in a local program"),
  uploadAttachment: {
    method: "POST",
    path: "/attachments",
    scope: "app",
    answer: "bytes",
    summary: "Keep an image or file to send along",
  },
  attachment: bytes("/attachments/:id", "An image or file that was kept to send along"),
  files: json("GET", "/files", "Files of a task or a folder that can be named in a message"),
  blob: bytes("/blobs/:id", "The whole of an output that was cut"),
} as const satisfies Record<string, Route>;

export type RouteId = keyof typeof routes;
