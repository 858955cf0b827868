import type { DoctorCheck, Fix } from "../../contract/doctor.ts";
import { CopyButton } from "../run/copy-button.tsx";
import { later } from "../state/actions.ts";
import { setPref } from "../state/prefs.ts";
import { go } from "../state/route.ts";
import { Button } from "../ui/button.tsx";
import { Exact } from "../ui/text.tsx";

export interface FixProps {
  readonly check: DoctorCheck;
  readonly busy: boolean;
  readonly onProbe: () => void;
  readonly onAgain: () => void;
}

/** The way out of a finding: a command to copy, or the one button that does it. */
export function FixPart({ check, busy, onProbe, onAgain }: FixProps) {
  const { fix } = check;
  if (fix === null) return null;
  if (fix.kind === "command") {
    return (
      <span className="fix">
        <code>
          <Exact>{fix.command}</Exact>
        </code>
        <CopyButton text={() => fix.command} label={`Copy the command: ${fix.label}`} />
      </span>
    );
  }
  const act = (): void => later(actions[fix.action](fix, onProbe, onAgain));
  return (
    <Button size="s" busy={busy} onClick={act}>
      {fix.label}
      <span className="sr">: {check.label}</span>
    </Button>
  );
}

type Action = Extract<Fix, { kind: "action" }>;
type Act = (fix: Action, onProbe: () => void, onAgain: () => void) => Promise<void>;

const openHarness: Act = ({ harnessId }) => {
  go({ view: "settings", section: `accounts/${harnessId ?? ""}`, task: null, tab: null });
  return Promise.resolve();
};

const actions: Readonly<Record<Action["action"], Act>> = {
  login: openHarness,
  "open-harness": openHarness,
  "open-storage": () => {
    go({ view: "trash", task: null, tab: null });
    return Promise.resolve();
  },
  probe: (_, onProbe) => {
    onProbe();
    return Promise.resolve();
  },
  "allow-notifications": async (_, __, onAgain) => {
    await Notification.requestPermission();
    await setPref("ui.notify", true);
    onAgain();
  },
};
