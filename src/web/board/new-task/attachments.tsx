import { ulid } from "ulid";
import type { ErrorBody } from "../../../contract/fault.ts";
import { Icon } from "../../ui/icons.tsx";
import { ApiError, bearer } from "../../wire/client.ts";
import type { AttachedFile } from "./draft.ts";

/** Keeps a file on the server, to go along with the prompt. Throws `ApiError`. */
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
  return { id, name: file.name === "" ? "image" : file.name };
}

export interface AttachmentsProps {
  readonly files: readonly AttachedFile[];
  readonly onRemove: (id: string) => void;
}

export function Attachments({ files, onRemove }: AttachmentsProps) {
  if (files.length === 0) return null;
  return (
    <ul className="attached" aria-label="Attached files">
      {files.map((file) => (
        <li key={file.id} className="ref">
          <Icon name="clip" size={12} />
          <bdi className="cut">{file.name}</bdi>
          <button
            type="button"
            className="chip-x"
            aria-label={`Remove ${file.name}`}
            onClick={() => onRemove(file.id)}
          >
            <Icon name="x" size={12} />
          </button>
        </li>
      ))}
    </ul>
  );
}
