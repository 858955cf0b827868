import { EmptyState } from "../ui/bits.tsx";
import { Button } from "../ui/button.tsx";
import { useHotkeys } from "../ui/hotkeys.ts";
import { PageTitle } from "../ui/page-title.tsx";
import { inWords } from "../ui/report.ts";
import { formatClock } from "../ui/time.tsx";
import { Checks } from "./checks.tsx";
import { CopyReport } from "./report.tsx";
import { type DoctorLook, useDoctor } from "./use-doctor.ts";
import { tally } from "./words.ts";

/** What Agetor relies on, whether it is there, and what mends it. */
export default function DoctorPage() {
  const look = useDoctor();
  return (
    <>
      <header className="bar">
        <PageTitle>Doctor</PageTitle>
        <span className="t3 small num">
          {look.checks !== undefined ? tally(look.checks) : look.error === null ? "Looking" : ""}
        </span>
        <span className="grow" />
        <CopyReport look={look} />
        <CheckAgain look={look} />
      </header>
      <div className="doctor">
        <div className="doctor-column">
          {look.error !== null && <Failed look={look} />}
          {(look.error === null || look.checks !== undefined) && <Checks look={look} />}
          {look.doctor !== undefined && (
            <p className="doctor-foot small t3 num">
              Agetor {look.doctor.version}. Looked at {formatClock(look.doctor.at, true)}; when you
              come back to this page it looks again.
            </p>
          )}
        </div>
      </div>
    </>
  );
}

/** The button, and its key, that look at everything anew. */
export function CheckAgain({ look }: { readonly look: DoctorLook }) {
  useHotkeys([{ id: "doctor.again", label: "Check again", keys: ["r"], run: look.again }]);
  return (
    <Button
      size="s"
      variant="ghost"
      icon="refresh"
      keys="R"
      aria-busy={look.busy || undefined}
      onClick={look.again}
    >
      Check again
    </Button>
  );
}

function Failed({ look }: { readonly look: DoctorLook }) {
  const { text, hint } = inWords(look.error);
  return (
    <EmptyState
      title="The doctor could not look"
      actions={
        <Button icon="refresh" busy={look.busy} onClick={look.again}>
          Try again
        </Button>
      }
    >
      {text} {hint}
    </EmptyState>
  );
}
