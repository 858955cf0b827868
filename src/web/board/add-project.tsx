import { type FormEvent, useRef, useState } from "react";
import { projectsQuery, queries } from "../state/queries.ts";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { Field } from "../ui/field.tsx";
import { inOneLine, report } from "../ui/report.ts";
import { call } from "../wire/client.ts";
import { closeAddProject } from "./add-project-state.ts";

/** Adds a folder to choose from. A browser cannot tell us a path, so it is typed or pasted. */
export default function AddProject() {
  const input = useRef<HTMLInputElement>(null);
  const [path, setPath] = useState("");
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);

  const add = async (): Promise<void> => {
    setBusy(true);
    try {
      await call("POST /projects", { body: { path: path.trim() } });
      await queries.invalidateQueries({ queryKey: projectsQuery.queryKey });
      closeAddProject();
    } catch (cause) {
      setError(inOneLine(cause));
      input.current?.focus();
    } finally {
      setBusy(false);
    }
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (path.trim() !== "") add().catch(report);
  };
  return (
    <Dialog
      title="Add a project"
      className="ask-sheet"
      initialFocus={input}
      onClose={closeAddProject}
    >
      <form onSubmit={submit}>
        <div className="sheet-body">
          <Field
            label="Folder"
            error={error}
            hint="The whole path of a folder on this machine; best a git repository."
          >
            {({ id, describedBy }) => (
              <div className="field tall">
                <input
                  ref={input}
                  id={id}
                  value={path}
                  className="mono"
                  placeholder="/home/you/code/project"
                  aria-describedby={describedBy}
                  aria-invalid={error !== null}
                  spellCheck={false}
                  autoComplete="off"
                  onChange={(event) => {
                    setPath(event.target.value);
                    setError(null);
                  }}
                />
              </div>
            )}
          </Field>
        </div>
        <footer>
          <span className="grow" />
          <Button onClick={closeAddProject}>Cancel</Button>
          <Button type="submit" variant="primary" busy={busy} disabled={path.trim() === ""}>
            Add project
          </Button>
        </footer>
      </form>
    </Dialog>
  );
}
