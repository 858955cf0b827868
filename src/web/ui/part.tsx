import { type ComponentType, type ReactNode, useSyncExternalStore } from "react";
import { patient } from "./patient.ts";

type Load<P> = () => Promise<{ readonly default: ComponentType<P> }>;

type State<P> =
  | { readonly kind: "unasked" | "coming" }
  | { readonly kind: "here"; readonly Drawn: ComponentType<P> }
  | { readonly kind: "failed"; readonly error: unknown };

/** The code of a part, and whether it is here. */
class Code<P> {
  readonly #load: Load<P>;
  readonly #listeners = new Set<() => void>();
  #state: State<P> = { kind: "unasked" };

  constructor(load: Load<P>) {
    this.#load = load;
  }

  readonly state = (): State<P> => this.#state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Fetches it for somebody who looks at its place. */
  want(): void {
    if (this.#state.kind !== "unasked") return;
    this.#state = { kind: "coming" };
    patient(this.#load)().then(this.#take, (error: unknown) =>
      this.#settle({ kind: "failed", error }),
    );
  }

  readonly soon = (): void => {
    if (this.#state.kind === "unasked") this.#load().then(this.#take, () => undefined);
  };

  readonly #take = (module: { readonly default: ComponentType<P> }): void =>
    this.#settle({ kind: "here", Drawn: module.default });

  #settle(next: State<P>): void {
    if (this.#state.kind === "here") return;
    this.#state = next;
    for (const listener of [...this.#listeners]) listener();
  }
}

/** A part of the page whose code is fetched when it is first wanted. */
export interface Part<P> {
  (props: P): ReactNode;
  /** Fetches it before it is wanted. What fails now is tried again, and told, when it is. */
  readonly soon: () => void;
}

/**
 * Draws a part of the page as soon as its code is here: at once when it was fetched before, and
 * `meanwhile` until then. Not React's `lazy`: that shows its placeholder even for code that is here,
 * and React keeps a placeholder for 300 ms once it has shown it. What cannot be fetched is thrown to
 * the region's boundary.
 */
export function part<P extends object>(load: Load<P>, meanwhile: ReactNode = null): Part<P> {
  const code = new Code(load);
  const draw = (props: P) => <Drawing code={code} meanwhile={meanwhile} own={props} />;
  return Object.assign(draw, { soon: code.soon });
}

interface DrawingProps<P> {
  readonly code: Code<P>;
  readonly meanwhile: ReactNode;
  /** What the part itself is given. */
  readonly own: P;
}

function Drawing<P extends object>({ code, meanwhile, own }: DrawingProps<P>): ReactNode {
  code.want();
  const now = useSyncExternalStore(code.subscribe, code.state, code.state);
  if (now.kind === "failed") throw now.error;
  return now.kind === "here" ? <now.Drawn {...own} /> : meanwhile;
}
