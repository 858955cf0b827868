import { createHash } from "node:crypto";
import { constants, mkdirSync, writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { fault } from "../contract/fault.ts";
import { err, ok, type Result } from "../contract/result.ts";
import { sniff } from "../domain/media-type.ts";
import type { Answer, Blobs, CommandMeta } from "./api.ts";
import { type Core, unknown } from "./core.ts";

/** Bytes kept outside the journal: cut outputs, and what a person sends along. */
export class BlobCommands implements Blobs {
  readonly #core: Core;

  constructor(core: Core) {
    this.#core = core;
  }

  get(id: string): Result<Uint8Array> {
    const bytes = this.#core.deps.store.blob(id);
    return bytes === null
      ? err(fault("not_found", "This output is no longer kept.", null))
      : ok(bytes);
  }

  async attachment(
    id: string,
  ): Promise<Result<{ readonly bytes: Uint8Array; readonly mediaType: string }>> {
    const known = this.#core.deps.store.attachment(id);
    const gone = fault("not_found", "This file is no longer kept.", null);
    if (known === null) return err(gone);
    const path = join(this.#core.deps.dataDir, "attachments", known.id);
    // An agent may reach this folder: never what a link points to, never a pipe, never more than was
    // kept (HTTP-15).
    const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
    const file = await open(path, flags).catch(() => null);
    if (file === null) return err(gone);
    try {
      const found = await file.stat();
      if (!found.isFile() || found.size !== known.bytes) return err(gone);
      const bytes = await file.readFile();
      return sniff(bytes) === known.mediaType
        ? ok({ bytes, mediaType: known.mediaType })
        : err(gone);
    } finally {
      await file.close();
    }
  }

  attach(
    bytes: Uint8Array,
    taskId: string | null,
    meta: CommandMeta,
  ): Answer<{ id: string; path: string }> {
    const mediaType = sniff(bytes);
    if (mediaType === null) {
      return Promise.resolve(
        err(
          fault(
            "unsupported_media_type",
            "This kind of file cannot be sent along.",
            "PNG, JPEG, WebP and GIF images, PDF and text files can.",
          ),
        ),
      );
    }
    return Promise.resolve(
      this.#core.command<{ id: string; path: string }>(meta, "attach", (work) => {
        if (taskId !== null && work.tx.task(taskId) === null) {
          return unknown("task", taskId);
        }
        const id = this.#core.deps.newId();
        const folder = join(this.#core.deps.dataDir, "attachments");
        mkdirSync(folder, { recursive: true, mode: 0o700 });
        const path = join(folder, id);
        writeFileSync(path, bytes, { mode: 0o600, flag: "wx" });
        work.tx.putAttachment({ id, taskId, mediaType, bytes: bytes.length, createdAt: work.now });
        return ok({ status: 201, body: { id, path } });
      }),
    );
  }
}

/** The digest of a command Agetor gives itself. */
export function ownMeta(key: string | null): CommandMeta {
  return {
    commandId: key,
    digest: createHash("sha256")
      .update(key ?? "")
      .digest("hex"),
  };
}
