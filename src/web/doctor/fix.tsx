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
  readonly onLogin: () => void;
  readonly onAgain: () => void;
}

/** The way out of a finding: a command to copy, or the one button that does it. */
export function FixPart(props: FixProps) {
  const { check, busy } = props;
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
  const act = (): void => later(Promise.resolve(actions[fix.action](fix, props)));
  return (
    <Button size="s" busy={busy} onClick={act}>
      {fix.label}
      <span className="sr">: {check.label}</span>
    </Button>
  );
}

type Action = Extract<Fix, { kind: "action" }>;

const actions: Readonly<
  Record<Action["action"], (fix: Action, props: FixProps) => Promise<void> | void>
> = {
  login: (_, { onLogin }) => onLogin(),
  probe: (_, { onProbe }) => onProbe(),
  "open-harness": ({ harnessId }) =>
    go({ view: "settings", section: `accounts/${harnessId ?? ""}`, task: null, tab: null }),
  "open-storage": () => go({ view: "trash", task: null, tab: null }),
  "allow-notifications": async (_, { onAgain }) => {
    await Notification.requestPermission();
    await setPref("ui.notify", true);
    onAgain();
  },
};
