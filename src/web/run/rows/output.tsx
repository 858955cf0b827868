import { useMemo, useState } from "react";
import { VList } from "virtua";
import { bearer } from "../../wire/client.ts";
import { parseAnsi, stripAnsi } from "../ansi/ansi.ts";
import { AnsiText } from "../ansi/ansi-lines.tsx";
import { CopyButton } from "../copy-button.tsx";

export interface OutputProps {
  readonly text: string;
  /** The server cut the text; the whole of it is this blob. */
  readonly blobId: string | null;
  /** Still growing. */
  readonly live?: boolean;
}

/** How many lines of an output are shown at first. */
const tail = 20;
/** Above this many lines only what is in view is drawn. */
const manyLines = 200;

/** Terminal output: its last lines, and all of it on demand. */
export function Output({ text, blobId, live = false }: OutputProps) {
  const [all, setAll] = useState(false);
  const whole = useBlob(blobId);
  const shown = whole.text ?? text;
  const lines = useMemo(() => parseAnsi(shown.replace(/\n+$/, "")), [shown]);
  if (shown.trim() === "") {
    return <div className="inset quiet">{live ? "No output yet" : "No output"}</div>;
  }
  const cut = lines.length > tail && !all;
  const visible = cut ? lines.slice(-tail) : lines;
  const more = cut || (blobId !== null && whole.text === null);
  const showAll = (): void => {
    setAll(true);
    if (blobId !== null) whole.load();
  };
  return (
    <div className="inset">
      {visible.length > manyLines ? (
        <VList className="lines" data={visible} itemSize={18} tabIndex={0} aria-label="Output">
          {(line, index) => (
            <div key={index} className="ol">
              <AnsiText line={line} />
            </div>
          )}
        </VList>
      ) : (
        <pre>
          {visible.map((line, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a line is named by its place
            <span key={index}>
              <AnsiText line={line} />
              {"\n"}
            </span>
          ))}
        </pre>
      )}
      <div className="cap b">
        <span>
          {whole.error ?? countWords(lines.length, cut, blobId !== null && whole.text === null)}
        </span>
        <span className="grow" />
        {more && (
          <button type="button" className="link" disabled={whole.loading} onClick={showAll}>
            {whole.loading ? "Loading" : "Show all"}
          </button>
        )}
        {!more && all && lines.length > tail && (
          <button type="button" className="link" onClick={() => setAll(false)}>
            Show less
          </button>
        )}
        <CopyButton text={() => stripAnsi(shown)} label="Copy output" />
      </div>
    </div>
  );
}

function countWords(lines: number, cut: boolean, missing: boolean): string {
  if (missing) return cut ? `Last ${tail} lines, the middle left out` : "The middle is left out";
  if (cut) return `Last ${tail} of ${lines} lines`;
  return lines === 1 ? "1 line" : `${lines} lines`;
}

interface Blob {
  readonly text: string | null;
  readonly loading: boolean;
  readonly error: string | null;
  readonly load: () => void;
}

/** More than this a browser should not be asked to lay out. */
const longestBlob = 8_000_000;

/** The whole of an output that was cut, when somebody wants it. */
function useBlob(id: string | null): Blob {
  const [state, setState] = useState<Omit<Blob, "load">>({
    text: null,
    loading: false,
    error: null,
  });
  const load = (): void => {
    if (id === null || state.loading || state.text !== null) return;
    setState({ text: null, loading: true, error: null });
    fetchBlob(id).then(
      (text) => setState({ text, loading: false, error: null }),
      () => setState({ text: null, loading: false, error: "The rest could not be loaded" }),
    );
  };
  return { ...state, load };
}

async function fetchBlob(id: string): Promise<string> {
  const answer = await fetch(`/blobs/${encodeURIComponent(id)}`, {
    headers: { authorization: bearer() },
    credentials: "omit",
    cache: "no-store",
  });
  if (!answer.ok) throw new Error(`the server answered ${answer.status}`);
  const text = await answer.text();
  return text.length > longestBlob ? text.slice(-longestBlob) : text;
}
