import { useRef, useState } from "react";
import { later } from "../state/actions.ts";
import { queries } from "../state/queries.ts";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { toast } from "../ui/toast.ts";
import { landingQuery } from "./data.ts";
import { InTheWay } from "./in-the-way.tsx";
import { TroubleNote } from "./parts.tsx";
import type { StepProps } from "./step.ts";
import { type Trouble, troubleOf } from "./use-doing.ts";
import { gatesOf } from "./words.ts";

/** Something only the person can do, in a terminal; it is noticed when it is done. */
export function CommandDialog(props: StepProps) {
  const { task, landing, onClose } = props;
  const base = landing.base?.branch ?? "the base";
  const look = useRef<HTMLButtonElement>(null);
  const [busy, setBusy] = useState(false);
  const [found, setFound] = useState<Trouble | "not-yet" | null>(null);
  const gates = gatesOf(landing).filter(({ fix }) => fix?.command != null);
  const again = async (): Promise<void> => {
    setBusy(true);
    try {
      const now = await queries.fetchQuery({ ...landingQuery(task.id), staleTime: 0 });
      if (!now.landed) {
        setFound("not-yet");
        return;
      }
      toast({ text: `${base} holds the work.`, icon: "check", tone: "good" });
      onClose();
    } catch (error) {
      setFound(troubleOf(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog
      title={`Merge into ${base} yourself`}
      initialFocus={look}
      onClose={onClose}
      className="land-sheet"
    >
      <div className="sheet-body">
        {gates.length === 0 ? (
          <p>Nothing has to be run any more.</p>
        ) : (
          <InTheWay {...props} gates={gates} />
        )}
        {found === "not-yet" && (
          <p className="t2" role="status">{`${base} does not hold the work yet.`}</p>
        )}
        {found !== null && found !== "not-yet" && <TroubleNote trouble={found} />}
      </div>
      <footer>
        <span className="grow" />
        <Button onClick={onClose}>Close</Button>
        <Button ref={look} variant="primary" busy={busy} onClick={() => later(again())}>
          I have run it
        </Button>
      </footer>
    </Dialog>
  );
}
