import { Button } from "./ui/button.tsx";
import { Icon } from "./ui/icons.tsx";

export interface DoorProps {
  readonly why: "no-token" | "bad-code" | "unreachable" | "expired" | "no-storage";
}

const reasons: Readonly<Record<DoorProps["why"], { title: string; text: string }>> = {
  "no-token": {
    title: "This tab has no key yet",
    text: "Agetor runs on this machine and only lets you in. Every way in starts in your terminal.",
  },
  "bad-code": {
    title: "This link was used before, or is older than a minute",
    text: "A link opens the board once. Ask for a fresh one.",
  },
  unreachable: {
    title: "The Agetor server does not answer",
    text: "Your agents keep working without it. Start it again, then use the link it prints.",
  },
  expired: {
    title: "The key of this browser is no longer valid",
    text: "It was revoked, or is older than 30 days. Nothing was lost: the board is as it was.",
  },
  "no-storage": {
    title: "This browser keeps nothing for this page",
    text: "Agetor keeps its key in the storage of the tab. Allow site data for this address.",
  },
};

/** What somebody sees who is not in: why, and how to get in. */
export function Door({ why }: DoorProps) {
  const { title, text } = reasons[why];
  return (
    <main className="door">
      <div className="door-name">
        <Icon name="mark" className="mark" />
        <span className="strong">Agetor</span>
      </div>
      <h1>{title}</h1>
      <p className="t2">{text}</p>
      <dl className="door-ways">
        <div>
          <dt>
            <code>npm run agetor -- open</code>
          </dt>
          <dd>
            opens this page with a fresh key; add <code>--data-dir DIR</code> if the server was
            started with one
          </dd>
        </div>
        <div>
          <dt>
            <code>npm start</code>
          </dt>
          <dd>
            starts the server, with the options it had before, and prints a link that works for a
            minute
          </dd>
        </div>
      </dl>
      <p className="t3 small">
        Is the board open in another tab? Then reload this one: it asks that tab to let it in.
      </p>
      <Button icon="refresh" onClick={() => location.reload()}>
        Reload
      </Button>
    </main>
  );
}
