import { useEffect, useState } from "react";
import { CopyButton } from "../run/copy-button.tsx";
import { later } from "../state/actions.ts";
import { Icon } from "../ui/icons.tsx";
import { announce } from "../ui/live-region.tsx";
import { report } from "../ui/report.ts";
import { Exact } from "../ui/text.tsx";
import { call } from "../wire/client.ts";

export interface LoginState {
  readonly command: string;
  /** Whether a terminal with it stands on the person's screen. */
  readonly opened: boolean;
}

/** While somebody logs in elsewhere, what follows from it is looked at this often, in ms. */
const lookEvery = 5_000;

/** Asks for the login of a harness, and calls `look` until `done`: it happens in a terminal. */
export function useLogin(harnessId: string | null, done: boolean, look: () => void) {
  const [login, setLogin] = useState<LoginState | null>(null);
  const [busy, setBusy] = useState(false);
  const waiting = login !== null && !done;
  useEffect(() => {
    if (!waiting) return;
    const timer = setInterval(() => {
      if (document.visibilityState === "visible") look();
    }, lookEvery);
    return () => clearInterval(timer);
  }, [waiting, look]);
  const ask = async (): Promise<void> => {
    if (harnessId === null) return;
    setBusy(true);
    try {
      const answer = await call("POST /harnesses/:id/login", {
        params: { id: harnessId },
        body: {},
      });
      setLogin(answer);
      announce(answer.opened ? "A terminal was opened" : "Run the command in a terminal");
    } catch (error) {
      report(error, { what: "Could not prepare the login" });
    } finally {
      setBusy(false);
    }
  };
  return { login: done ? null : login, busy, start: () => later(ask()) };
}

/** Where the person logs in now, and the command for any other terminal. */
export function LoginNote({ login }: { readonly login: LoginState }) {
  return (
    <div className="login">
      <Icon name="key" size={14} className="t3" />
      <span className="small">
        {login.opened
          ? "A terminal was opened: log in there, this page notices. In any other terminal:"
          : "Run this in a terminal and log in there; this page notices."}
      </span>
      <span className="fix">
        <code>
          <Exact>{login.command}</Exact>
        </code>
        <CopyButton text={() => login.command} label="Copy the command" />
      </span>
    </div>
  );
}
