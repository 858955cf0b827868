import { useRef, useState } from "react";
import { later } from "../state/actions.ts";
import { closeTrust, type TrustRequest } from "../state/trust.ts";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { FaultLine } from "../ui/fault-line.tsx";
import { Icon } from "../ui/icons.tsx";
import { inOneLine } from "../ui/report.ts";
import { Exact } from "../ui/text.tsx";
import { call } from "../wire/client.ts";
import { folderName } from "./filter.ts";

/** A repository's own agent settings run with the person's rights, so they are shown first. */
export default function TrustDialog({ request }: { readonly request: TrustRequest }) {
  const { trust, title } = request;
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const notNow = useRef<HTMLButtonElement>(null);
  const name = folderName(trust.path);
  const none = trust.files.length === 0;

  const accept = async (): Promise<void> => {
    setBusy(true);
    try {
      await call("POST /projects/trust", { body: { path: trust.path, hash: trust.hash } });
      closeTrust();
      request.accepted();
    } catch (cause) {
      setError(inOneLine(cause));
      setBusy(false);
    }
  };
  const refuse = (): void => {
    closeTrust();
    request.otherwise?.();
  };
  return (
    <Dialog
      title={
        <span className="with-icon">
          <Icon name="shield" className="s-blocked" />
          {none ? `First agent in ${name}` : `${name} brings its own agent settings`}
        </span>
      }
      className="ask-sheet"
      modal="alert"
      initialFocus={notNow}
      onClose={refuse}
    >
      <div className="sheet-body">
        <p className="t2">
          {none
            ? "This repository holds no settings, hooks or servers for agents. If that changes, you are asked again."
            : "They would run with your rights when a task starts. Nothing has run yet. If one of them changes, you are asked again."}
        </p>
        {!none && (
          <ul className="trust-files">
            {trust.files.map((file) => (
              <li key={file.path}>
                <code>
                  <Exact>{file.path}</Exact>
                </code>
                <span className="mono micro t3" title={file.sha256}>
                  {file.sha256.slice(0, 12)}
                </span>
              </li>
            ))}
          </ul>
        )}
        <dl className="facts">
          <dt>Repository</dt>
          <dd className="mono">
            <Exact>{trust.path}</Exact>
          </dd>
          <dt>Waiting task</dt>
          <dd>
            <bdi>{title}</bdi>
          </dd>
        </dl>
        {error !== null && <FaultLine>{error}</FaultLine>}
      </div>
      <footer>
        <span className="grow" />
        <Button ref={notNow} onClick={refuse}>
          Not now
        </Button>
        <Button variant="primary" busy={busy} onClick={() => later(accept())}>
          {none ? "Trust it and start" : "Trust this version and start"}
        </Button>
      </footer>
    </Dialog>
  );
}
