import "./setup.css";
import { useQuery } from "@tanstack/react-query";
import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import type { ProjectSetupAnswer } from "../../contract/project.ts";
import { folderName } from "../board/filter.ts";
import { later } from "../state/actions.ts";
import { queries, setupQuery } from "../state/queries.ts";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { FaultLine } from "../ui/fault-line.tsx";
import { Icon } from "../ui/icons.tsx";
import { inOneLine, inWords } from "../ui/report.ts";
import { Exact } from "../ui/text.tsx";
import { toast } from "../ui/toast.ts";
import { ApiError, call } from "../wire/client.ts";
import { draftOf, errorsIn, readDraft, type SetupDraft, type SetupErrors } from "./draft.ts";
import { SetupFields } from "./setup-fields.tsx";
import { closeSetup } from "./setup-state.ts";

/** What is typed and not saved yet outlives the dialog, but not the page. */
const drafts = new Map<string, SetupDraft>();

/** What happens in every new worktree of a project. */
export default function ProjectSetupDialog({ path }: { readonly path: string }) {
  const first = useRef<HTMLElement>(null);
  const { data, error, isFetching, refetch } = useQuery(setupQuery(path));
  return (
    <Dialog
      title={`Set-up of ${folderName(path)}`}
      aside={
        <span className="t3 small cut mono setup-path">
          <Exact>{path}</Exact>
        </span>
      }
      className="setup-sheet"
      initialFocus={first}
      closeLabel="Close, keep what is typed"
      onClose={closeSetup}
    >
      {data === undefined ? (
        <Missing error={error} busy={isFetching} retry={() => later(refetch())} first={first} />
      ) : (
        <Form path={path} answer={data} first={first} />
      )}
    </Dialog>
  );
}

type FirstRef = React.RefObject<HTMLElement | null>;

interface MissingProps {
  readonly first: FirstRef;
  readonly error: Error | null;
  readonly busy: boolean;
  readonly retry: () => void;
}

function Missing({ error, busy, retry, first }: MissingProps) {
  if (error === null) {
    // It holds the focus until the fields are here.
    const hold = (element: HTMLElement | null): void => {
      first.current = element;
    };
    return <div ref={hold} className="setup-body setup-wait" aria-busy="true" tabIndex={-1} />;
  }
  const { text, hint } = inWords(error);
  return (
    <>
      <div className="setup-body">
        <p className="fault" role="alert">
          <Icon name="st-failed" size={14} />
          <span>
            {text} {hint !== null && <span className="t2">{hint}</span>}
          </span>
        </p>
      </div>
      <footer>
        <span className="grow" />
        <Button onClick={closeSetup}>Close</Button>
        <Button busy={busy} onClick={retry}>
          Try again
        </Button>
      </footer>
    </>
  );
}

interface FormProps {
  readonly path: string;
  readonly answer: ProjectSetupAnswer;
  readonly first: FirstRef;
}

function Form({ path, answer, first }: FormProps) {
  const [draft, setDraft] = useState(() => drafts.get(path) ?? draftOf(answer.setup));
  const [errors, setErrors] = useState<SetupErrors>({});
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  useEffect(() => first.current?.focus(), [first]);

  const change = (part: Partial<SetupDraft>): void => {
    const next = { ...draft, ...part };
    drafts.set(path, next);
    setDraft(next);
    setErrors({});
    setProblem(null);
  };
  const save = async (): Promise<void> => {
    const read = readDraft(draft);
    if ("errors" in read) {
      setErrors(read.errors);
      return;
    }
    setBusy(true);
    try {
      await call("PUT /projects/setup", { body: { path, ...read.setup } });
      drafts.delete(path);
      // Several folders may lie in one repository.
      await queries.invalidateQueries({ queryKey: ["setup"] });
      closeSetup();
      toast({ text: `Saved the set-up of ${folderName(path)}`, tone: "good" });
    } catch (cause) {
      const refused = cause instanceof ApiError ? errorsIn(cause.details) : null;
      setErrors(refused ?? {});
      setProblem(refused !== null ? null : inOneLine(cause));
    } finally {
      setBusy(false);
    }
  };
  const key = (event: KeyboardEvent): void => {
    if (event.key !== "Enter" || !(event.metaKey || event.ctrlKey)) return;
    event.preventDefault();
    if (!busy) later(save());
  };
  return (
    <>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: one key for all the fields inside */}
      <div className="setup-body" onKeyDown={key}>
        <SetupFields
          draft={draft}
          errors={errors}
          included={answer.included}
          change={change}
          first={first}
        />
        {problem !== null && <FaultLine>{problem}</FaultLine>}
      </div>
      <footer>
        <span className="t3 small setup-when">Worktrees that are there keep what they have.</span>
        <span className="grow" />
        <Button
          onClick={() => {
            drafts.delete(path);
            closeSetup();
          }}
        >
          Cancel
        </Button>
        <Button variant="primary" keys="$mod+Enter" busy={busy} onClick={() => later(save())}>
          Save
        </Button>
      </footer>
    </>
  );
}
