import { type RefObject, useEffect, useRef, useState } from "react";
import { ulid } from "ulid";
import type { Task } from "../../../contract/task.ts";
import { seeAttached } from "../../attach/attached-file.ts";
import { later } from "../../state/actions.ts";
import { announce } from "../../ui/live-region.tsx";
import { inWords } from "../../ui/report.ts";
import { isUnreachable } from "../../wire/client.ts";
import { type Draft, type Going, goingFrom, post } from "./outbox.ts";
import { whyQueued } from "./queue-actions.ts";
import { sendMessage } from "./send.ts";

export interface Trouble {
  readonly text: string;
  readonly hint: string | null;
}

/** What becomes of the words in the field. */
export interface Way {
  /** They are on their way: the field is free for the next ones. */
  leave(draft: Draft): void;
  arrive(): void;
  comeBack(draft: Draft): void;
}

/** Sends what is typed, one message at a time; what cannot be sent comes back, with the reason. */
export function useSending(
  { task, field }: { task: Task; field: RefObject<HTMLTextAreaElement | null> },
  way: Way,
) {
  // Another look at this task may have sent it; it is on its way all the same.
  const [sending, setSending] = useState(() => goingFrom(task.id)?.draft ?? null);
  const [trouble, setTrouble] = useState<Trouble | null>(null);
  const [told, setTold] = useState<string | null>(null);
  /** What was sent last, while nobody knows whether it came. */
  const attempt = useRef<{ readonly what: string; readonly key: string } | null>(null);
  const here = useRef(true);
  const latest = useRef(way);
  latest.current = way;

  const follow = async ({ draft, over }: Going): Promise<void> => {
    const end = await over;
    if (!here.current) return;
    setSending(null);
    if (end.kind !== "failed" || !isUnreachable(end.error)) attempt.current = null;
    if (end.kind === "failed") setTrouble(inWords(end.error));
    if (end.kind === "failed" || end.kind === "trust") latest.current.comeBack(draft);
    else {
      if (end.kind === "kept") setTold(whyQueued(task));
      announce(end.kind === "kept" ? whyQueued(task) : end.kind === "queued" ? "Queued" : "Sent");
      latest.current.arrive();
    }
    if (document.activeElement === document.body) field.current?.focus();
  };
  const send = async (draft: Draft): Promise<void> => {
    const words = draft.text.trim();
    const text = words === "" ? seeAttached(draft.files) : words;
    if (text === "" || goingFrom(task.id) !== null) return;
    setSending(draft);
    setTrouble(null);
    setTold(null);
    latest.current.leave(draft);
    field.current?.focus();
    const references = draft.files.map(({ id }) => ({ attachmentId: id }));
    // One key per message: the same words again after a lost answer are sent once.
    const what = JSON.stringify([task.runId, text, references, draft.delivery]);
    if (attempt.current?.what !== what) attempt.current = { what, key: ulid() };
    const message = { text, references, key: attempt.current.key, delivery: draft.delivery };
    await follow(
      post(
        task.id,
        draft,
        sendMessage(task, message, () => later(send(draft))),
      ),
    );
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: what was on its way when this came
  useEffect(() => {
    here.current = true;
    const going = goingFrom(task.id);
    if (going !== null) later(follow(going));
    return () => {
      here.current = false;
    };
  }, []);
  return {
    sending,
    trouble,
    setTrouble,
    told,
    setTold,
    send: (draft: Draft) => later(send(draft)),
  };
}
