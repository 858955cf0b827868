import { keepPreviousData, queryOptions, useQuery } from "@tanstack/react-query";
import { type KeyboardEvent, type RefObject, useEffect, useState } from "react";
import { flushSync } from "react-dom";
import { announce } from "../ui/live-region.tsx";
import { call } from "../wire/client.ts";
import { commandOptions, fileOptions, mostOptions, type Option } from "./options.ts";
import { applied, type Token, tokenAt } from "./tokens.ts";

/** Whose commands and which files are meant. */
export interface Place {
  /** The harness; null while none is chosen. */
  readonly agent: string | null;
  readonly workdir: string | null;
  /** The task whose worktree it is about; without it the folder counts. */
  readonly taskId?: string;
}

function commandsQuery({ agent, workdir }: Place) {
  return queryOptions({
    queryKey: ["commands", agent, workdir],
    queryFn: async ({ signal }) => {
      const query = {
        ...(agent === null ? {} : { agent }),
        ...(workdir === null ? {} : { workdir }),
      };
      return (await call("GET /agent-commands", { query, signal })).commands;
    },
    staleTime: 60_000,
  });
}

function filesQuery({ taskId, workdir }: Place, q: string) {
  const where = taskId === undefined ? { workdir: workdir ?? "" } : { taskId };
  return queryOptions({
    queryKey: ["files", where, q],
    queryFn: async ({ signal }) =>
      (await call("GET /files", { query: { ...where, q, limit: mostOptions }, signal })).files,
    staleTime: 5_000,
    // The list of the last letter stands until that of this one is here.
    placeholderData: keepPreviousData,
  });
}

const nothing: readonly never[] = [];

/** What the token at the caret can become. */
function useOptions(token: Token | null, place: Place): readonly Option[] {
  const commands = useQuery({ ...commandsQuery(place), enabled: token?.kind === "command" }).data;
  const file = token?.kind === "file" ? token.query : null;
  const known = place.taskId !== undefined || place.workdir !== null;
  const files = useQuery({
    ...filesQuery(place, file ?? ""),
    enabled: file !== null && known,
  }).data;
  if (token === null) return nothing;
  if (token.kind === "command") return commandOptions(commands ?? nothing, token.sign, token.query);
  return fileOptions(files ?? nothing);
}

export interface CompletionInput {
  readonly text: string;
  readonly onChange: (text: string) => void;
  readonly field: RefObject<HTMLTextAreaElement | null>;
  readonly place: Place;
}

/** Completes commands and files in a field, by keyboard or pointer. */
export function useCompletion({ text, onChange, field, place }: CompletionInput) {
  const [caret, setCaret] = useState<number | null>(null);
  const [active, setActive] = useState(0);
  const [dismissed, setDismissed] = useState<string | null>(null);
  const token = caret === null ? null : tokenAt(text, caret);
  const name = token === null ? null : `${token.kind} ${token.start}`;
  const open = token !== null && name !== dismissed;
  const options = useOptions(open ? token : null, place);
  const shown = open ? options : nothing;
  const index = Math.min(active, Math.max(0, shown.length - 1));
  // Another word to look for begins at the best match again.
  const looked = token === null ? null : `${name} ${token.query}`;
  const [lastLooked, setLastLooked] = useState(looked);
  if (looked !== lastLooked) {
    setLastLooked(looked);
    setActive(0);
  }
  if (name !== dismissed && dismissed !== null) setDismissed(null);
  const first = shown[0]?.label ?? null;
  useEffect(() => {
    if (first !== null) announce(`${first}, and ${shown.length - 1} more`);
  }, [first, shown.length]);

  const take = (option: Option): void => {
    if (token === null) return;
    const next = applied(text, token, option.insert, option.goOn);
    // The caret can only stand behind text that is there.
    flushSync(() => {
      onChange(next.text);
      setCaret(next.caret);
    });
    field.current?.focus();
    field.current?.setSelectionRange(next.caret, next.caret);
  };
  /** Answers whether the key was meant for the list. */
  const onKeyDown = (event: KeyboardEvent): boolean => {
    if (shown.length === 0 || event.nativeEvent.isComposing) return false;
    const plain = !event.shiftKey && !event.altKey && !event.metaKey && !event.ctrlKey;
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    const option = shown[index];
    if (plain && step !== 0) setActive((index + step + shown.length) % shown.length);
    else if (plain && (event.key === "Enter" || event.key === "Tab") && option !== undefined) {
      take(option);
    } else if (event.key === "Escape") setDismissed(name);
    else return false;
    event.preventDefault();
    event.stopPropagation();
    return true;
  };
  return {
    options: shown,
    /** Where the word that is completed begins. */
    at: token?.start ?? 0,
    active: index,
    take,
    hover: setActive,
    onKeyDown,
    /** Follows the caret; null when the field is left. */
    follow: () => {
      const element = field.current;
      const collapsed = element !== null && element.selectionStart === element.selectionEnd;
      setCaret(collapsed && document.activeElement === element ? element.selectionStart : null);
    },
    leave: () => setCaret(null),
  };
}
