import { useEffect, useState } from "react";
import { callBytes } from "../wire/client.ts";
import type { AttachedFile } from "./attached-file.ts";

/** What pictures look like, as long as the page lives: their bytes come and go once. */
const pictures = new Map<string, string>();

/** Remembers how a picture looks that was just sent to the server. */
export function keepPicture(id: string, bytes: Blob): void {
  pictures.set(id, URL.createObjectURL(bytes));
}

/**
 * The address of a picture, once it is here; after a reload the server is asked for it. Null as well
 * for what turns out to be none.
 */
export function usePicture({ id, isPicture = false }: AttachedFile): string | null {
  const [url, setUrl] = useState(() => pictures.get(id) ?? null);
  const wanted = isPicture && url === null;
  useEffect(() => {
    if (!wanted) return;
    const abort = new AbortController();
    const { signal } = abort;
    callBytes("GET /attachments/:id", { params: { id }, query: {}, signal }).then(
      (bytes) => {
        if (signal.aborted || !bytes.type.startsWith("image/")) return;
        keepPicture(id, bytes);
        setUrl(pictures.get(id) ?? null);
      },
      // It is gone, or the server is: its name stands there all the same.
      () => undefined,
    );
    return () => abort.abort();
  }, [id, wanted]);
  return url;
}
