import { useEffect, useState } from "react";
import type { ChangedFile } from "../../../contract/changes.ts";
import { inWords } from "../../ui/report.ts";
import { useFacts } from "../data/context.ts";
import { imageUrl } from "../data/queries.ts";

/** An image before and after, side by side. */
export function ImagesRow({ file }: { readonly file: ChangedFile }) {
  const added = file.status === "added" || file.status === "untracked";
  return (
    <div className="pics">
      {added ? <Absent text="Was not there" /> : <Picture file={file} side="old" label="Before" />}
      {file.status === "deleted" ? (
        <Absent text="Is not there any more" />
      ) : (
        <Picture file={file} side="new" label="After" />
      )}
    </div>
  );
}

function Absent({ text }: { readonly text: string }) {
  return <div className="pic none t3 small">{text}</div>;
}

interface PictureProps {
  readonly file: ChangedFile;
  readonly side: "old" | "new";
  readonly label: string;
}

type Shown =
  | { readonly kind: "loading" }
  | { readonly kind: "failed"; readonly text: string }
  | { readonly kind: "there"; readonly url: string; readonly bytes: number };

function Picture({ file, side, label }: PictureProps) {
  const shown = useImage(file, side);
  const [size, setSize] = useState<string | null>(null);
  const [broken, setBroken] = useState(false);
  const facts = shown.kind === "there" ? [size, inBytes(shown.bytes)] : [];
  return (
    <figure className="pic" aria-busy={shown.kind === "loading" || undefined}>
      <div className="frame">
        {shown.kind === "there" && !broken && (
          <img
            src={shown.url}
            alt={`${file.path}, ${label.toLowerCase()}`}
            onLoad={(event) => {
              const { naturalWidth, naturalHeight } = event.currentTarget;
              setSize(`${naturalWidth} × ${naturalHeight}`);
            }}
            onError={() => setBroken(true)}
          />
        )}
        {broken && <p className="t2 small">The browser cannot show it.</p>}
        {shown.kind === "failed" && <p className="t2 small">{shown.text}</p>}
      </div>
      <figcaption className="small">
        <b className="medium">{label}</b>
        <span className="t3 num">{facts.filter((fact) => fact !== null).join(", ")}</span>
      </figcaption>
    </figure>
  );
}

/** The bytes come with the token of this page; what is shown is an address only this page has. */
function useImage(file: ChangedFile, side: "old" | "new"): Shown {
  const { task, compared } = useFacts();
  const [shown, setShown] = useState<Shown>({ kind: "loading" });
  useEffect(() => {
    const stop = new AbortController();
    let url: string | null = null;
    imageUrl(task.id, file, side, compared.query, stop.signal)
      .then((image) => {
        url = image.url;
        if (stop.signal.aborted) URL.revokeObjectURL(url);
        else setShown({ kind: "there", ...image });
      })
      .catch((error: unknown) => {
        if (!stop.signal.aborted) setShown({ kind: "failed", text: inWords(error).text });
      });
    return () => {
      stop.abort();
      if (url !== null) URL.revokeObjectURL(url);
    };
  }, [task.id, file, side, compared.query]);
  return shown;
}

function inBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  return bytes < 1_000_000
    ? `${(bytes / 1000).toFixed(1)} kB`
    : `${(bytes / 1_000_000).toFixed(1)} MB`;
}
