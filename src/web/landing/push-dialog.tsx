import { useRef, useState } from "react";
import { Dialog } from "../ui/dialog.tsx";
import { Exact } from "../ui/text.tsx";
import { pushWork } from "./act.ts";
import { OnBranch } from "./commit-dialog.tsx";
import { Check, CommandLine, DialogFoot, onSubmitKey, TroubleNote } from "./parts.tsx";
import type { StepProps } from "./step.ts";
import { useDoing } from "./use-doing.ts";

/** Sends the branch to its remote. */
export function PushDialog({ task, landing, onClose }: StepProps) {
  const start = useRef<HTMLDivElement>(null);
  const [force, setForce] = useState(false);
  const doing = useDoing(task.id);
  const { remote, dirtyFiles } = landing;
  const blocked = remote === null ? "There is nowhere to push to." : null;
  const submit = (): void => {
    if (blocked !== null) return;
    doing.run(async (key) => {
      await pushWork(task, force ? { force } : {}, key);
      onClose();
    });
  };
  return (
    <Dialog
      title="Push"
      aside={<OnBranch branch={landing.branch} />}
      initialFocus={start}
      onClose={onClose}
      className="land-sheet"
    >
      {/* biome-ignore lint/a11y/noStaticElementInteractions: keys of the fields in it */}
      <div className="sheet-body" onKeyDown={onSubmitKey(submit)} ref={start} tabIndex={-1}>
        {remote === null ? (
          <>
            <p>This repository has no remote. Add one in a terminal:</p>
            <CommandLine command={`git -C ${task.workdir} remote add origin <url>`} />
          </>
        ) : (
          <>
            <p>
              To <b className="medium">{remote.name}</b>{" "}
              <span className="mono small t2">
                <Exact>{remote.url}</Exact>
              </span>
              {remote.pushed && <span className="t2">, which has the branch as it is.</span>}
            </p>
            <p className="t2">
              Your own git does it, with your keys and helpers. No hooks run.
              {dirtyFiles > 0 && " What is not committed stays here."}
            </p>
            <Check
              checked={force}
              onChange={setForce}
              hint="Only if it still is what was last seen there. Needed after a rebase of what was pushed before."
            >
              Replace what the remote has
            </Check>
          </>
        )}
        {doing.trouble !== null && (
          <TroubleNote trouble={doing.trouble} kept="Nothing here was changed." />
        )}
      </div>
      <DialogFoot
        label={force ? "Push and replace" : "Push"}
        doing={doing}
        working={`Pushing to ${remote?.name}`}
        blocked={blocked}
        submit={submit}
        onClose={onClose}
        danger={force}
      />
    </Dialog>
  );
}
