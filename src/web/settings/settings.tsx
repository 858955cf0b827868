import { useQuery } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { harnessesQuery } from "../state/queries.ts";
import { go, useRoute } from "../state/route.ts";
import { agentIcon } from "../ui/agents.tsx";
import { EmptyState } from "../ui/bits.tsx";
import { cx } from "../ui/cx.ts";
import { useHotkeys } from "../ui/hotkeys.ts";
import { Icon } from "../ui/icons.tsx";
import { Kbd } from "../ui/kbd.tsx";
import { Accounts } from "./accounts/accounts.tsx";
import { Browsers } from "./browsers.tsx";
import { Settings, settings } from "./general.tsx";
import "../doctor/doctor.css";
import { PageTitle } from "../ui/page-title.tsx";
import "./settings.css";

const sections = [
  { id: "accounts", label: "Accounts" },
  { id: "tasks", label: "Tasks" },
  { id: "appearance", label: "Appearance" },
  { id: "notifications", label: "Notifications" },
  { id: "browsers", label: "Browsers" },
] as const;

/** Accounts, and everything else that can be chosen. */
export default function SettingsPage() {
  const section = useRoute((state) => state.section) ?? "accounts";
  const [name = "accounts", id = null] = section.split("/", 2);
  const [text, setText] = useState("");
  const field = useRef<HTMLInputElement>(null);
  useHotkeys([
    {
      id: "settings.search",
      label: "Search the settings",
      keys: ["/"],
      run: () => field.current?.focus(),
    },
  ]);
  const pick = (next: string): void => {
    setText("");
    go({ section: next });
  };
  return (
    <>
      <header className="bar">
        <PageTitle>Settings</PageTitle>
        <span className="sep" />
        <div className="field filter">
          <Icon name="t-search" size={14} />
          <input
            ref={field}
            type="search"
            aria-label="Search settings"
            placeholder="Search settings"
            value={text}
            onChange={(event) => setText(event.target.value)}
            onKeyDown={(event) => {
              if (event.key !== "Escape") return;
              setText("");
              event.currentTarget.blur();
            }}
          />
          <Kbd keys="/" />
        </div>
        <span className="grow" />
        <span className="t3 small wide-only">
          {name === "accounts" && text === "" ? "Saved when you say so" : "Saved at once"}
        </span>
      </header>
      <div className="settings">
        <nav className="set-nav" aria-label="Settings">
          {sections.map(({ id: key, label }) => (
            <button
              key={key}
              type="button"
              className={cx("nav thin", text === "" && key === name && "on")}
              aria-current={text === "" && key === name ? "true" : undefined}
              onClick={() => pick(key)}
            >
              {label}
            </button>
          ))}
          <button
            type="button"
            className="nav thin"
            onClick={() => go({ view: "doctor", task: null, tab: null })}
          >
            Doctor
          </button>
        </nav>
        {text.trim() !== "" ? (
          <Found text={text} onPick={pick} />
        ) : name === "accounts" ? (
          <Accounts id={id} />
        ) : (
          <Section name={name} />
        )}
      </div>
    </>
  );
}

function Section({ name }: { readonly name: string }) {
  const section = sections.find(({ id }) => id === name) ?? sections[1];
  return (
    <div className="set-body" key={name}>
      <div className="set-column">
        <h2>{section.label}</h2>
        {section.id === "browsers" ? (
          <>
            <p className="t2 set-about">
              Each was let in by a link that works once. Put out what you no longer use.
            </p>
            <Browsers />
          </>
        ) : (
          <Settings list={settings.filter((one) => one.section === section.id)} />
        )}
      </div>
    </div>
  );
}

interface FoundProps {
  readonly text: string;
  readonly onPick: (section: string) => void;
}

function Found({ text, onPick }: FoundProps) {
  const wanted = text.trim().toLowerCase();
  const has = (words: string): boolean => words.toLowerCase().includes(wanted);
  const list = settings.filter(({ label, hint, section }) => has(`${label} ${hint} ${section}`));
  const accounts = (useQuery(harnessesQuery).data ?? []).filter(({ id, label, kind }) =>
    has(`${label} ${id} ${kind} account program environment arguments`),
  );
  return (
    <div className="set-body">
      <div className="set-column">
        {list.length === 0 && accounts.length === 0 && (
          <EmptyState title="Nothing is called that">Try another word for it.</EmptyState>
        )}
        <Settings list={list} />
        {accounts.map((harness) => (
          <div className="set-row" key={harness.id}>
            <div>
              <span className="medium">{harness.label}</span>
              <p className="small t3">Account</p>
            </div>
            <div className="set-control">
              <button
                type="button"
                className="btn s"
                onClick={() => onPick(`accounts/${harness.id}`)}
              >
                <Icon name={agentIcon(harness.kind, harness.id)} size={14} />
                Open
              </button>
            </div>
          </div>
        ))}
      </div>
    </div>
  );
}
