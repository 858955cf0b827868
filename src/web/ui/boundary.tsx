import { Component, type ErrorInfo, type ReactNode } from "react";
import { copyText } from "../run/copy-button.tsx";
import { later } from "../state/actions.ts";
import { queries } from "../state/queries.ts";
import { EmptyState } from "./bits.tsx";
import { Button } from "./button.tsx";
import { report } from "./report.ts";

export interface BoundaryProps {
  /** What it holds, at the beginning of a sentence: "The board". */
  readonly what: string;
  /** Something else than what failed is shown when this changes: then it is tried again. */
  readonly about?: string;
  /** Dialogs and menus have no place of their own to fail in: they close, and a toast says why. */
  readonly floating?: boolean;
  /** Holds the main part of the page, and with it the page's heading. */
  readonly main?: boolean;
  readonly children: ReactNode;
}

interface Failed {
  readonly error: unknown;
  readonly about: string | undefined;
  /** Where in the page it was, as React names it. */
  readonly within: string;
}

interface State {
  readonly failed: Failed | null;
}

/** Keeps a failure of one region in it: what stands beside it goes on. */
export class Boundary extends Component<BoundaryProps, State> {
  override state: State = { failed: null };

  static getDerivedStateFromError(error: unknown): State {
    return { failed: { error, about: undefined, within: "" } };
  }

  override componentDidCatch(error: unknown, { componentStack }: ErrorInfo): void {
    const { about, floating, what } = this.props;
    this.setState({ failed: { error, about, within: componentStack ?? "" } });
    if (floating === true) report(error, { what: `${what} failed` });
  }

  override componentDidUpdate(before: BoundaryProps): void {
    if (before.about !== this.props.about && this.state.failed !== null) this.again();
  }

  again(): void {
    // What it failed over may be an answer that is still held: it is asked for anew.
    queries.removeQueries({ type: "inactive" });
    this.setState({ failed: null });
  }

  override render(): ReactNode {
    const { failed } = this.state;
    if (failed === null) return this.props.children;
    if (this.props.floating === true) return null;
    return (
      <Fallen
        what={this.props.what}
        main={this.props.main === true}
        failed={failed}
        again={() => this.again()}
      />
    );
  }
}

interface FallenProps {
  readonly what: string;
  readonly main: boolean;
  readonly failed: Failed;
  readonly again: () => void;
}

function Fallen({ what, main, failed, again }: FallenProps) {
  return (
    <div className="fallen" role="alert">
      {main && <h1 className="sr">{what}</h1>}
      <EmptyState
        title={`${what} cannot be shown`}
        actions={
          <>
            <Button variant="primary" icon="refresh" onClick={() => location.reload()}>
              Reload
            </Button>
            <Button onClick={again}>Try again</Button>
            <Button
              icon="copy"
              onClick={() => later(copyText(detailsOf(what, failed), "Details copied"))}
            >
              Copy details
            </Button>
          </>
        }
      >
        Something in this page went wrong. Agents go on, and the server keeps everything; what you
        typed and did not send is kept in this tab.
      </EmptyState>
    </div>
  );
}

/** What somebody needs who is to mend it. Nothing of the person's files is in it. */
function detailsOf(what: string, { error, within }: Failed): string {
  const said = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return [`${what} failed at ${location.pathname}`, navigator.userAgent, said, within.trim()].join(
    "\n\n",
  );
}
