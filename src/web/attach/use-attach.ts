import { type ClipboardEvent, type DragEvent, useRef, useState } from "react";
import { ulid } from "ulid";
import type { ErrorBody } from "../../contract/fault.ts";
import { later } from "../state/actions.ts";
import { announce } from "../ui/live-region.tsx";
import { inWords } from "../ui/report.ts";
import { ApiError, bearer } from "../wire/client.ts";
import { type AttachedFile, type Refused, refusedWords } from "./attached-file.ts";
import { keepPicture } from "./pictures.ts";

/** Keeps a file on the server, to go along with a message. Throws `ApiError`. */
export async function upload(file: File): Promise<AttachedFile> {
  const answer = await fetch("/attachments", {
    method: "POST",
    headers: {
      authorization: bearer(),
      "content-type": file.type === "" ? "application/octet-stream" : file.type,
      "idempotency-key": ulid(),
    },
    credentials: "omit",
    body: file,
  });
  if (!answer.ok) throw new ApiError(answer.status, (await answer.json()) as ErrorBody);
  const { id } = (await answer.json()) as { id: string };
  // An SVG is a document: the server takes it as text.
  const isPicture = file.type.startsWith("image/") && !file.type.startsWith("image/svg");
  if (isPicture) keepPicture(id, file);
  return { id, name: file.name === "" ? "image" : file.name, isPicture };
}

export interface AttachInput {
  readonly files: readonly AttachedFile[];
  readonly change: (files: readonly AttachedFile[]) => void;
  readonly fail: (problem: { readonly text: string; readonly hint: string | null }) => void;
}

/** Sends a file to the server, or says why it does not go along. */
async function attached(file: File): Promise<AttachedFile | Refused> {
  const { name } = file;
  if (file.size === 0) return { name, text: "The file is empty.", hint: null };
  try {
    return await upload(file);
  } catch (error) {
    return { name, ...inWords(error) };
  }
}

/** Files come in by the button, by pasting and by dropping. */
export function useAttach({ files, change, fail }: AttachInput) {
  const input = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  const [coming, setComing] = useState(0);
  const latest = useRef(files);
  latest.current = files;
  const put = (next: readonly AttachedFile[]): void => {
    latest.current = next;
    change(next);
  };
  const add = async (list: readonly File[]): Promise<void> => {
    setComing((before) => before + list.length);
    const refused: Refused[] = [];
    for (const file of list) {
      try {
        const kept = await attached(file);
        if ("text" in kept) {
          refused.push(kept);
          fail(refusedWords(refused));
          continue;
        }
        put([...latest.current, kept]);
        announce(`${kept.name} attached`);
      } finally {
        setComing((before) => before - 1);
      }
    }
  };
  const take = (transfer: DataTransfer | null): boolean => {
    const list = [...(transfer?.files ?? [])];
    if (list.length > 0) later(add(list));
    return list.length > 0;
  };
  return {
    input,
    /** Files are held over the field now. */
    over,
    /** How many are on their way to the server. */
    coming,
    choose: () => input.current?.click(),
    chosen: () => {
      later(add([...(input.current?.files ?? [])]));
      if (input.current !== null) input.current.value = "";
    },
    remove: (id: string) => put(latest.current.filter((file) => file.id !== id)),
    handlers: {
      onPaste: (event: ClipboardEvent) => {
        if (take(event.clipboardData)) event.preventDefault();
      },
      ...dropHandlers(take, setOver),
    },
  };
}

function dropHandlers(
  take: (transfer: DataTransfer | null) => boolean,
  setOver: (over: boolean) => void,
) {
  return {
    onDragOver: (event: DragEvent) => {
      // Words that are dragged are the field's own business.
      if (!event.dataTransfer.types.includes("Files")) return;
      event.preventDefault();
      setOver(true);
    },
    onDragLeave: (event: DragEvent) => {
      const to = event.relatedTarget;
      if (!(to instanceof Node && event.currentTarget.contains(to))) setOver(false);
    },
    onDrop: (event: DragEvent) => {
      setOver(false);
      if (take(event.dataTransfer)) event.preventDefault();
    },
  };
}
