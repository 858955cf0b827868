import { type KeyboardEvent, useRef, useState } from "react";
import { ulid } from "ulid";
import type { ReviewComment } from "../../contract/review.ts";
import type { Task } from "../../contract/task.ts";
import { isActive, later } from "../state/actions.ts";
import { useAgentName } from "../ui/agents.tsx";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { announce } from "../ui/live-region.tsx";
import { inWords } from "../ui/report.ts";
import { Exact } from "../ui/text.tsx";
import { toast } from "../ui/toast.ts";
import { sendReview } from "./comments/act.ts";
import { type Editor, unsaved } from "./comments/drafts.ts";
import { useReader, useReaderStore } from "./data/reader.ts";
import { rangeWords } from "./rows/cursor.ts";

export interface SendSheetProps {
  readonly task: Task;
  readonly drafts: readonly ReviewComment[];
  readonly onClose: () => void;
}

interface Item {
  readonly id: string;
  readonly where: string;
  readonly body: string;
}

/** One last look at what is sent, with room for words before it. */
export function SendSheet({ task, drafts, onClose }: SendSheetProps) {
  const store = useReaderStore();
  const agent = useAgentName(task.agent);
  const editors = useReader((reader) => reader.editors);
  const field = useRef<HTMLTextAreaElement>(null);
  const key = useRef(ulid());
  const [text, setText] = useState("");
  const [busy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState<ReturnType<typeof inWords> | null>(null);
  const typing = unsaved(editors);
  const items = listed(drafts, typing);

  const send = async (): Promise<void> => {
    if (busy || items.length === 0) return;
    setBusy(true);
    setTrouble(null);
    try {
      const again = (): void => later(send());
      const sent = await sendReview({ task, store, text, key: key.current, again });
      if (sent === "trust" || sent === "unsaved") return;
      tell(sent, agent, items.length);
      onClose();
    } catch (error) {
      key.current = ulid();
      setTrouble(inWords(error));
    } finally {
      setBusy(false);
    }
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    event.stopPropagation();
    later(send());
  };
  const count = `${items.length} comment${items.length === 1 ? "" : "s"}`;
  return (
    <Dialog
      title={`Send ${count}`}
      aside={<span className="t3 small">{`to ${agent}, as one message`}</span>}
      initialFocus={field}
      onClose={onClose}
      className="send-sheet"
    >
      <div className="sheet-body">
        <textarea
          ref={field}
          className="ta boxed"
          rows={2}
          aria-label="Words before the comments"
          placeholder="Words before the comments, if any"
          value={text}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={onKeyDown}
        />
        <ul className="to-send" aria-label="What is sent">
          {items.map(({ id, where, body }) => (
            <li key={id}>
              <span className="mono small t2 cut">
                <Exact>{where}</Exact>
              </span>
              <span className="cut">{body}</span>
            </li>
          ))}
        </ul>
        {trouble !== null && (
          <p className="fault" role="alert">
            {trouble.text} {trouble.hint} Your comments are still here.
          </p>
        )}
      </div>
      <footer>
        <span className="t3 small cut grow">
          {isActive(task) ? "It waits until the agent is idle." : "The agent starts at once."}
        </span>
        <Button onClick={onClose}>Cancel</Button>
        <Button variant="primary" keys="$mod+Enter" busy={busy} onClick={() => later(send())}>
          {`Send ${count}`}
        </Button>
      </footer>
    </Dialog>
  );
}

function tell(sent: "run" | "queued", agent: string, count: number): void {
  const what = `${count} comment${count === 1 ? "" : "s"}`;
  if (sent === "run") {
    announce(`Sent ${what}. ${agent} is at work.`);
    return;
  }
  toast({
    text: `Queued ${what}.`,
    detail: `${agent} reads them when it is idle.`,
    icon: "clock",
  });
}

/** Drafts as they will stand in the message, with those that are still in a field. */
function listed(drafts: readonly ReviewComment[], typing: readonly Editor[]): readonly Item[] {
  const open = new Map(typing.map((editor) => [editor.commentId ?? editor.id, editor]));
  const stored = drafts.map((draft) => ({
    id: draft.id,
    where: whereOf(draft),
    body: open.get(draft.id)?.text ?? draft.body,
  }));
  const fresh = typing.filter(({ commentId }) => commentId === null);
  return [
    ...stored,
    ...fresh.map(({ id, ...rest }) => ({ id, where: whereOf(rest), body: rest.text })),
  ];
}

function whereOf({ path, range }: Pick<Editor, "path" | "range">): string {
  if (path === null) return "On the whole";
  return range === null ? path : `${path}, ${rangeWords(range)}`;
}
