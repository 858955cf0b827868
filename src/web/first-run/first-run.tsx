import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { openAddProject } from "../board/add-project-state.ts";
import { ReconnectBanner } from "../board/reconnect.tsx";
import { Checks } from "../doctor/checks.tsx";
import { CheckAgain } from "../doctor/doctor.tsx";
import { CopyReport } from "../doctor/report.tsx";
import { useDoctor } from "../doctor/use-doctor.ts";
import { firstWords, readyWords, tally } from "../doctor/words.ts";
import { later, runSample } from "../state/actions.ts";
import { setPref } from "../state/prefs.ts";
import { projectsQuery } from "../state/queries.ts";
import { go } from "../state/route.ts";
import { Button } from "../ui/button.tsx";
import { Icon } from "../ui/icons.tsx";
import { inWords } from "../ui/report.ts";
import "./first-run.css";

/** What stands there before the first task: the sample, and what the machine has. It asks nothing. */
export default function FirstRun() {
  const look = useDoctor();
  const error = look.error === null ? null : inWords(look.error);
  return (
    <main className="first-run board-empty">
      <ReconnectBanner />
      <div className="first-column">
        <header className="first-name">
          <Icon name="mark" className="mark" />
          <span className="strong">Agetor</span>
          <span className="grow" />
          <span className="t3 small num">
            {look.doctor === undefined ? "" : `${look.doctor.version}, `}this machine only, port{" "}
            {location.port}
          </span>
        </header>
        <h1>{look.checks === undefined ? "Welcome" : firstWords(look.checks)}</h1>
        <p className="lead">
          {look.checks === undefined ? "Looking for agents." : readyWords(look.checks)} Nothing
          leaves this machine but what your agents send themselves.
        </p>
        <Sample />
        <section className="first-doctor" aria-labelledby="first-doctor">
          <header>
            <h2 id="first-doctor">Doctor</h2>
            <span className="t3 small num">
              {look.checks === undefined ? "" : tally(look.checks)}
            </span>
            <span className="grow" />
            <CopyReport look={look} />
            <CheckAgain look={look} />
          </header>
          {error !== null && (
            <p className="fault small first-fault" role="alert">
              <Icon name="st-failed" size={14} />
              {error.text} {error.hint}
            </p>
          )}
          <Checks look={look} />
        </section>
        <Onward />
      </div>
    </main>
  );
}

function Sample() {
  const [busy, setBusy] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    // Enter is enough; but who already is somewhere else stays there.
    if (document.activeElement === document.body) button.current?.focus();
  }, []);
  const run = async (): Promise<void> => {
    setBusy(true);
    const task = await runSample();
    setBusy(false);
    if (task !== null) go({ task: task.id });
  };
  return (
    <section className="block sample" aria-labelledby="sample">
      <div className="grow">
        <h2 id="sample">See the whole thing once, without an account</h2>
        <p className="t2">
          A scripted agent fixes a small thing in a throwaway repo: it plans, edits, runs the test
          and ends in Review. About ten seconds.
        </p>
      </div>
      <Button ref={button} variant="primary" keys="Enter" busy={busy} onClick={() => later(run())}>
        Run the sample task
      </Button>
    </section>
  );
}

function Onward() {
  const { data } = useQuery(projectsQuery);
  const names = (data ?? []).map(({ name }) => name);
  const rest = names.length - 2;
  const known = [...names.slice(0, 2), ...(rest > 0 ? [`${rest} more`] : [])];
  return (
    <footer className="first-end">
      <Button icon="folder" onClick={openAddProject}>
        Add a project
      </Button>
      <span className="t3 small cut">
        {known.length === 0 ? "A folder your agents work in" : `${known.join(", ")} added`}
      </span>
      <span className="grow" />
      <Button variant="ghost" keys="C" onClick={() => go({ dialog: "new" })}>
        New task
      </Button>
      <Button variant="ghost" onClick={() => later(setPref("ui.welcomed", true))}>
        Open the board
      </Button>
    </footer>
  );
}
