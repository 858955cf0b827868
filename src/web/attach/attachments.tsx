import "./attach.css";
import { Icon } from "../ui/icons.tsx";
import type { AttachedFile } from "./attached-file.ts";
import { usePicture } from "./pictures.ts";

export interface AttachmentsProps {
  readonly files: readonly AttachedFile[];
  /** How many more are on their way. */
  readonly coming: number;
  readonly onRemove: (id: string) => void;
}

/** What goes along: pictures as they look, everything else by its name. */
export function Attachments({ files, coming, onRemove }: AttachmentsProps) {
  if (files.length === 0 && coming === 0) return null;
  return (
    <ul className="attached" aria-label="Attached files">
      {files.map((file) => (
        <Attached key={file.id} file={file} onRemove={() => onRemove(file.id)} />
      ))}
      {coming > 0 && (
        <li className="ref is-coming" aria-busy="true">
          <Icon name="clip" size={12} />
          Attaching
        </li>
      )}
    </ul>
  );
}

interface AttachedProps {
  readonly file: AttachedFile;
  readonly onRemove: () => void;
}

function Attached({ file, onRemove }: AttachedProps) {
  const picture = usePicture(file);
  return (
    <li className={picture === null ? "ref" : "ref is-picture"} title={file.name}>
      {picture === null ? <Icon name="clip" size={12} /> : <img src={picture} alt="" />}
      <bdi className="cut">{file.name}</bdi>
      <button
        type="button"
        className="chip-x"
        aria-label={`Remove ${file.name}`}
        onClick={onRemove}
      >
        <Icon name="x" size={12} />
      </button>
    </li>
  );
}
