import { type ReactNode, useCallback, useState } from "react";
import type { HarnessTest } from "../../../contract/doctor.ts";
import type { AgentStatus, Harness } from "../../../contract/harness.ts";
import { LoginNote, useLogin } from "../../doctor/login.tsx";
import { later } from "../../state/actions.ts";
import { useAgentName } from "../../ui/agents.tsx";
import { Button } from "../../ui/button.tsx";
import { cx } from "../../ui/cx.ts";
import { useHotkeys } from "../../ui/hotkeys.ts";
import { Icon } from "../../ui/icons.tsx";
import { announce } from "../../ui/live-region.tsx";
import { report } from "../../ui/report.ts";
import { Exact } from "../../ui/text.tsx";
import { Ago } from "../../ui/time.tsx";
import { call } from "../../wire/client.ts";
import { harnessesChanged } from "./queries.ts";
import { verdictOf, verdictOfTest } from "./verdict.ts";

export interface TestedProps {
  readonly harness: Harness;
  /** What the server knew of it before anybody tested. */
  readonly status: AgentStatus | undefined;
}

/** Whether an account works: what is known, and the button that asks its program anew. */
export function Tested({ harness, status }: TestedProps) {
  const { tested, busy, run } = useTest(harness.id);
  const verdict = tested === null ? verdictOf(status) : verdictOfTest(tested.test);
  const loggedIn = tested === null ? status?.loggedIn : tested.test.loggedIn;
  const login = useLogin(harness.id, loggedIn === true, run);
  useHotkeys([{ id: "settings.test", label: "Test the account", keys: ["t"], run }]);
  // The scripted agent has neither.
  if (harness.kind === "fake") return null;
  return (
    <section className={cx("tested", verdict.tone)} aria-label="Test">
      <header>
        <Icon name={verdict.icon} className={verdict.ink} />
        <span className="strong">{verdict.word}</span>
        <span className="small t2 num cut">
          {tested === null ? (
            verdict.detail
          ) : (
            <>
              tested <Ago at={tested.at} />, took {(tested.test.durationMs / 1000).toFixed(1)} s
            </>
          )}
        </span>
        <span className="grow" />
        {loggedIn === false && (
          <Button size="s" icon="key" busy={login.busy} onClick={login.start}>
            Log in
          </Button>
        )}
        <Button size="s" icon="refresh" keys="T" busy={busy} onClick={run}>
          {tested === null ? "Test" : "Test again"}
        </Button>
      </header>
      {login.login !== null && <LoginNote login={login.login} />}
      {tested !== null && <Facts test={tested.test} />}
    </section>
  );
}

function useTest(id: string) {
  const [tested, setTested] = useState<{ test: HarnessTest; at: number } | null>(null);
  const [busy, setBusy] = useState(false);
  const run = useCallback(() => {
    const ask = async (): Promise<void> => {
      setBusy(true);
      try {
        const { test } = await call("POST /harnesses/:id/test", { params: { id }, body: {} });
        setTested({ test, at: Date.now() });
        announce(verdictOfTest(test).word);
        await harnessesChanged();
      } catch (error) {
        report(error, { what: "Could not test it" });
      } finally {
        setBusy(false);
      }
    };
    later(ask());
  }, [id]);
  return { tested, busy, run };
}

function Facts({ test }: { readonly test: HarnessTest }) {
  return (
    <dl>
      {test.reason !== null && (
        <Fact name="Why">
          {test.reason} {test.hint}
        </Fact>
      )}
      {test.path !== null && (
        <Fact name="Program">
          <span className="mono small">
            <Exact>{test.path}</Exact>
          </span>{" "}
          {test.version}
        </Fact>
      )}
      {test.loggedIn !== null && (
        <Fact name="Account">
          {test.loggedIn ? (test.account ?? "signed in") : "not signed in"}
        </Fact>
      )}
      {test.models > 0 && <Fact name="Models">{test.models} to choose from</Fact>}
      {test.home !== null && (
        <Fact name="Config home">
          <span className="mono small">
            <Exact>{test.home}</Exact>
          </span>
          <Shared ids={test.sharesHomeWith} />
        </Fact>
      )}
      {test.looked.length > 0 && (
        <Fact name="Looked in">
          <span className="mono micro looked">
            {test.looked.map((path) => (
              <span key={path}>
                <Exact>{path}</Exact>
              </span>
            ))}
          </span>
        </Fact>
      )}
    </dl>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div className="fact">
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Shared({ ids }: { readonly ids: readonly string[] }) {
  if (ids.length === 0) return <span className="t3">, not shared with another account</span>;
  return (
    <span className="s-blocked">
      , shared with{" "}
      {ids.map((id, index) => (
        <span key={id}>
          {index > 0 && ", "}
          <Name id={id} />
        </span>
      ))}
    </span>
  );
}

function Name({ id }: { readonly id: string }) {
  return useAgentName(id);
}
