/** The name under which Claude knows our MCP server: its tool is `mcp__agetor__ask_user`. */
export const mcpServer = "agetor";

/** Our tool raises no question about itself: asking is all it does. */
export const askUserTool = `mcp__${mcpServer}__ask_user`;
