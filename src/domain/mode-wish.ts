/** The modes of a session: as it was opened or has taken over since, and as it works by now. */
export interface SessionModes {
  readonly mode: string | null;
  readonly modeNow?: string | null;
}

/**
 * The mode a task was given while its agent works in another one, or null. An agent that came to
 * another mode by itself (a plan was approved) stays in it until somebody picks one.
 */
export function wishedMode(mode: string | null, session: SessionModes | null): string | null {
  return session === null || mode === session.mode || mode === session.modeNow ? null : mode;
}
