import type { AgentStatus, Harness } from "../../../contract/harness.ts";
import { harnessRisks } from "../../../domain/harness-risk.ts";
import { counted, later } from "../../state/actions.ts";
import { useBoard, useBoardShallow } from "../../state/board.ts";
import { go } from "../../state/route.ts";
import { Badge } from "../../ui/bits.tsx";
import { Button } from "../../ui/button.tsx";
import { Icon } from "../../ui/icons.tsx";
import { report } from "../../ui/report.ts";
import { Switch } from "../../ui/switch.tsx";
import { call } from "../../wire/client.ts";
import { ConfirmCode } from "./confirm-code.tsx";
import { settingsOf } from "./draft.ts";
import { Fields, homeEnvOf } from "./fields.tsx";
import { harnessesChanged } from "./queries.ts";
import { Risks } from "./risks.tsx";
import { Tested } from "./tested.tsx";
import { useHarnessDraft } from "./use-harness-draft.ts";

export interface HarnessPageProps {
  readonly harness: Harness;
  readonly status: AgentStatus | undefined;
  readonly onDelete: () => void;
}

/** One account: whether it works, what it is made of, and who uses it. */
export function HarnessPage({ harness, status, onDelete }: HarnessPageProps) {
  const edit = useHarnessDraft(harness);
  const settings = settingsOf(edit.draft);
  const enable = async (enabled: boolean): Promise<void> => {
    try {
      await call("PATCH /harnesses/:id", { params: { id: harness.id }, body: { enabled } });
      await harnessesChanged();
    } catch (error) {
      report(error, { what: enabled ? "Could not switch it on" : "Could not switch it off" });
    }
  };
  return (
    <div className="account-page">
      <header>
        <h2 className="cut">{harness.label}</h2>
        <Badge>{harness.builtin ? "built in" : `wraps ${harness.kind}`}</Badge>
        <span className="mono micro t3">{harness.id}</span>
        <span className="grow" />
        <Switch checked={harness.enabled} onChange={(on) => later(enable(on))}>
          Enabled
        </Switch>
      </header>
      <Tested key={`${harness.id} ${harness.updatedAt}`} harness={harness} status={status} />
      {harness.kind !== "fake" && (
        <>
          <Fields
            draft={edit.draft}
            onChange={edit.change}
            named={!harness.builtin}
            homeEnv={homeEnvOf(harness.kind)}
            program={
              status?.path == null ? (
                "The usual one where it is empty"
              ) : (
                <span className="mono">{status.path}</span>
              )
            }
          />
          <Risks risks={harnessRisks(settings).filter(({ field }) => field !== "env")} />
        </>
      )}
      <UsedBy harness={harness} onDelete={onDelete} />
      {edit.dirty && <Unsaved edit={edit} />}
      {edit.asking !== null && (
        <ConfirmCode
          id={harness.id}
          changed={edit.asking}
          before={harness}
          after={settings}
          busy={edit.busy}
          error={edit.error}
          onSave={edit.send}
          onClose={edit.stopAsking}
        />
      )}
    </div>
  );
}

function Unsaved({ edit }: { readonly edit: ReturnType<typeof useHarnessDraft> }) {
  return (
    <div className="unsaved" role="status">
      {edit.error === null ? (
        <span className="t2">Not saved yet. A task takes it up with its next session.</span>
      ) : (
        <span className="fault">
          <Icon name="st-failed" size={14} />
          {edit.error}
        </span>
      )}
      <span className="grow" />
      <Button onClick={edit.discard}>Discard</Button>
      <Button variant="primary" busy={edit.busy} onClick={edit.save}>
        Save
      </Button>
    </div>
  );
}

type UsedByProps = Pick<HarnessPageProps, "harness" | "onDelete">;

function UsedBy({ harness, onDelete }: UsedByProps) {
  const running = useBoard(
    (state) => state.order.running.filter((id) => state.tasks.get(id)?.agent === harness.id).length,
  );
  const used = useBoardShallow((state) =>
    [...state.tasks.values()].filter((task) => task.agent === harness.id).map(({ id }) => id),
  );
  return (
    <footer className="used-by">
      <span className="t2">
        {used.length === 0
          ? "No task on the board uses it."
          : `Used by ${counted(used.length, "task")}${running === 0 ? "" : `, ${running} running`}.`}
      </span>
      {used.length > 0 && (
        <Button size="s" variant="ghost" onClick={() => go({ view: null, agent: harness.id })}>
          Show them
        </Button>
      )}
      <span className="grow" />
      {harness.builtin ? (
        <span className="small t3">Built in: it can be switched off, not deleted.</span>
      ) : (
        <Button variant="danger" icon="trash" onClick={onDelete}>
          Delete account
        </Button>
      )}
    </footer>
  );
}
