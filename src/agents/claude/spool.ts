import type { BackgroundTask } from "../../contract/run.ts";
import type { Context } from "./context.ts";
import {
  type SpoolHooks,
  SpoolReader,
  type SpoolState,
  type Told as ToldOf,
} from "./spool-reader.ts";

export type { HookEvent } from "./spool-reader.ts";

/** What the hooks of a session have told so far: stored with each batch. */
export interface HookState extends SpoolState {
  readonly started: boolean;
  /** The newest turn that was ended by a hook or by us. */
  readonly ended: number;
  /** The API error that ended a turn last. */
  readonly errorAt: number;
  /** Key of the open `needs-terminal`, or null. */
  readonly terminal: string | null;
  readonly background: readonly BackgroundTask[];
}

export type Told = ToldOf<HookState>;

const initial: HookState = {
  v: 1,
  taken: 0,
  started: false,
  ended: 0,
  errorAt: 0,
  terminal: null,
  background: [],
};

/** The one source of state (M1): what the hooks left. */
export class Spool extends SpoolReader<HookState> {
  constructor(context: Context, hooks: SpoolHooks<HookState>) {
    super(context, { stream: "hooks", dir: context.files.hooks, initial }, hooks);
  }
}
