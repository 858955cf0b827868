import type { Result } from "../contract/result.ts";
import type { CliFault, Env } from "./server.ts";

/** The terminal and the machine, as far as a command may use them. */
export interface Shell {
  readonly env: Env;
  readonly cwd: string;
  readStdin(): Promise<string>;
  /** Opens a URL in the person's browser; false = there is none. */
  browse(url: string): boolean;
  /** Asks yes or no at the terminal; null = nobody is there to answer. */
  confirm(question: string): Promise<boolean | null>;
}

/** What a command prints. */
export type Output = Promise<Result<string, CliFault>>;
