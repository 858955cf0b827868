import { useId, useState } from "react";
import type { DoctorCheck } from "../../contract/doctor.ts";
import { cx } from "../ui/cx.ts";
import { Icon } from "../ui/icons.tsx";
import { Exact } from "../ui/text.tsx";
import { FixPart } from "./fix.tsx";
import { LoginNote, useLogin } from "./login.tsx";
import { Trial } from "./trial.tsx";
import type { DoctorLook } from "./use-doctor.ts";
import { useTrial } from "./use-trial.ts";
import { groups, harnessOf, marks } from "./words.ts";
import "./doctor.css";

/** All findings in their groups. Before the first answer the rows of the page itself stand there. */
export function Checks({ look }: { readonly look: DoctorLook }) {
  const checks = look.checks ?? look.own;
  return (
    <div className="block checks" aria-busy={look.checks === undefined || undefined}>
      {groups.map(({ id, label }) => {
        const rows = checks.filter(({ group }) => group === id);
        if (rows.length === 0 && look.checks !== undefined) return null;
        return (
          <section key={id} aria-label={label}>
            <p className="checks-name" aria-hidden="true">
              {label}
            </p>
            {rows.length === 0 ? (
              <p className="dr-wait t3">Looking</p>
            ) : (
              <ul>
                {rows.map((check) => (
                  <Row key={check.id} check={check} look={look} />
                ))}
              </ul>
            )}
          </section>
        );
      })}
    </div>
  );
}

interface RowProps {
  readonly check: DoctorCheck;
  readonly look: DoctorLook;
}

function Row({ check, look }: RowProps) {
  const id = useId();
  const harnessId = harnessOf(check);
  const trial = useTrial(harnessId);
  const login = useLogin(harnessId, check.status === "pass", look.again);
  const [open, setOpen] = useState(check.status === "fail");
  // What can start can be tried; what is missing or broken has its fix.
  const canTry = harnessId !== null && (check.status === "pass" || check.status === "warn");
  const tryable = canTry && check.fix?.kind !== "command";
  const more = check.more !== null || tryable;
  const { icon, ink, word } = marks[check.status];
  const probe = (): void => {
    setOpen(true);
    trial.start();
  };
  return (
    <li className={cx("dr", open && more && "is-open")} data-check={check.id}>
      <div className="dr-line">
        <Icon name={icon} className={ink} />
        <span className="sr">{word}:</span>
        {more ? (
          <button
            type="button"
            className="wh"
            title={check.label}
            aria-expanded={open}
            aria-controls={id}
            onClick={() => setOpen(!open)}
          >
            <span className="cut">{check.label}</span>
            <Icon name="chev-r" size={12} />
          </button>
        ) : (
          <span className="wh cut" title={check.label}>
            {check.label}
          </span>
        )}
        <span className="vl" title={check.detail}>
          <Exact>{check.detail}</Exact>
        </span>
        <FixPart
          check={check}
          busy={trial.state.kind === "trying" || login.busy}
          onProbe={probe}
          onLogin={() => {
            setOpen(true);
            login.start();
          }}
          onAgain={look.again}
        />
      </div>
      {open && more && (
        <div className="dr-more" id={id}>
          {login.login !== null && <LoginNote login={login.login} />}
          {check.more !== null && <More text={check.more} />}
          {tryable && <Trial state={trial.state} onStart={trial.start} />}
        </div>
      )}
    </li>
  );
}

const isPath = (line: string): boolean => /^[/~]/.test(line);

/** Sentences, then the places that were looked at; what stands between back quotes is a command. */
function More({ text }: { readonly text: string }) {
  const lines = text.split("\n");
  const paths = lines.filter(isPath);
  return (
    <>
      {lines
        .filter((line) => !isPath(line))
        .map((line) => (
          <p key={line} className="small t2">
            {line.split("`").map(
              (part, index) =>
                // biome-ignore-start lint/suspicious/noArrayIndexKey: the parts of a line are named by their place
                index % 2 === 1 ? (
                  <code key={index}>
                    <Exact>{part}</Exact>
                  </code>
                ) : (
                  <Exact key={index}>{part}</Exact>
                ),
              // biome-ignore-end lint/suspicious/noArrayIndexKey: see above
            )}
          </p>
        ))}
      {paths.length > 0 && (
        <ul className={cx("mono micro t2", paths.length > 6 && "dr-paths")}>
          {paths.map((path) => (
            <li key={path}>
              <Exact>{path}</Exact>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
