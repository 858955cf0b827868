import type {
  ChangedFile,
  ChangeQuery,
  Changes,
  FileLines,
  TaskCommit,
} from "../contract/changes.ts";
import { fault } from "../contract/fault.ts";
import { err, ok, type Result } from "../contract/result.ts";
import { imageType } from "../domain/media-type.ts";
import type { SideOfFile, Span } from "../git/types.ts";
import type { TaskChanges } from "./changes-api.ts";
import type { Answer, CommandMeta } from "./command.ts";
import type { Core } from "./core.ts";
import { commitsOf, type Scoped, type Scopes } from "./scopes.ts";
import type { Snapshots } from "./snapshots.ts";

export interface ChangeParts {
  readonly core: Core;
  readonly scopes: Scopes;
  readonly snapshots: Snapshots;
}

/** Reads what has changed, and marks it as seen. */
export class ChangeReads implements TaskChanges {
  readonly #core: Core;
  readonly #scopes: Scopes;
  readonly #snapshots: Snapshots;

  constructor({ core, scopes, snapshots }: ChangeParts) {
    this.#core = core;
    this.#scopes = scopes;
    this.#snapshots = snapshots;
  }

  async list(
    id: string,
    query: ChangeQuery,
    signal: AbortSignal,
  ): Promise<Result<{ changes: Changes }>> {
    const scoped = await this.#scopes.resolve(id, query);
    if (!scoped.ok) {
      return scoped;
    }
    const { scope, from, to, span, site } = scoped.value;
    const { baseSha } = site;
    const named = { scope, from, to, baseSha };
    if (span === null) {
      return ok({ changes: { ...named, headSha: baseSha, ...nothing } });
    }
    const { folder, from: fromSha, ...rest } = span;
    const found = await this.#core.deps.git.changes(folder, fromSha, signal, rest);
    return found.ok ? ok({ changes: { ...named, ...found.value } }) : found;
  }

  async file(
    id: string,
    path: string,
    query: ChangeQuery,
    signal: AbortSignal,
  ): Promise<Result<{ file: ChangedFile }>> {
    const span = await this.#span(id, query);
    if (!span.ok) {
      return span;
    }
    const file = await this.#core.deps.git.changedFile(span.value, path, signal);
    return file.ok ? ok({ file: file.value }) : file;
  }

  async lines(
    id: string,
    file: SideOfFile & { readonly start: number; readonly end: number },
    query: ChangeQuery,
    signal: AbortSignal,
  ): Promise<Result<{ lines: FileLines }>> {
    const span = await this.#span(id, query);
    if (!span.ok) {
      return span;
    }
    const lines = await this.#core.deps.git.fileLines(span.value, file, file, signal);
    return lines.ok ? ok({ lines: lines.value }) : lines;
  }

  async image(
    id: string,
    file: SideOfFile,
    query: ChangeQuery,
    signal: AbortSignal,
  ): Promise<Result<{ readonly bytes: Uint8Array; readonly mediaType: string }>> {
    const span = await this.#span(id, query);
    if (!span.ok) {
      return span;
    }
    const bytes = await this.#core.deps.git.fileBytes(span.value, file, signal);
    if (!bytes.ok) {
      return bytes;
    }
    const mediaType = imageType(bytes.value);
    if (mediaType !== null) {
      return ok({ bytes: bytes.value, mediaType });
    }
    return err(
      fault(
        "unsupported_media_type",
        `${file.path} is not an image that can be shown.`,
        "PNG, JPEG, GIF, WebP, AVIF, BMP and ICO can; an SVG is shown as the text it is.",
      ),
    );
  }

  async patch(
    id: string,
    paths: readonly string[] | null,
    query: ChangeQuery,
    signal: AbortSignal,
  ): Promise<Result<Uint8Array>> {
    const scoped = await this.#scopes.resolve(id, query);
    if (!scoped.ok) {
      return scoped;
    }
    const { span } = scoped.value;
    if (span === null && paths === null) {
      return ok(new Uint8Array());
    }
    const found = spanOf(scoped.value);
    return found.ok ? this.#core.deps.git.patch(found.value, paths, signal) : found;
  }

  async commits(
    id: string,
    signal: AbortSignal,
  ): Promise<Result<{ commits: readonly TaskCommit[] }>> {
    const site = this.#scopes.site(id);
    if (!site.ok) {
      return site;
    }
    const request = commitsOf(site.value);
    if (request === null) {
      return ok({ commits: [] });
    }
    const commits = await this.#core.deps.git.commits(request, signal);
    return commits.ok ? ok({ commits: commits.value }) : commits;
  }

  markReviewed(id: string, meta: CommandMeta): Answer<{ reviewedAt: number }> {
    return this.#core.once(meta, async () => {
      const site = this.#scopes.site(id);
      if (!site.ok) {
        return site;
      }
      const { folder, commonDir, baseSha } = site.value;
      if (folder === null) {
        const message = "There is nothing to review yet: the task has not been started.";
        return err(fault("conflict", message, "Start it first."));
      }
      const at = this.#core.now();
      const moments = [{ kind: "review" }] as const;
      const request = { taskId: id, commonDir, baseSha, folder, moments, at };
      const kept = await this.#core.deps.git.snapshot(request);
      if (!kept.ok) {
        return kept;
      }
      this.#core.hub.show({ type: "changes", taskId: id, at });
      return this.#core.command(meta, "review", () =>
        ok({ status: 200, body: { reviewedAt: at } }),
      );
    });
  }

  async reviewedAt(id: string): Promise<Result<number | null>> {
    const site = this.#scopes.site(id);
    if (!site.ok) {
      return site;
    }
    const [mark] = await this.#snapshots.find(site.value.task, [{ kind: "review" }]);
    return ok(mark?.at ?? null);
  }

  async #span(id: string, query: ChangeQuery): Promise<Result<Span>> {
    const scoped = await this.#scopes.resolve(id, query);
    return scoped.ok ? spanOf(scoped.value) : scoped;
  }
}

const nothing = { files: [], additions: 0, deletions: 0, truncated: false };

function spanOf({ span }: Scoped): Result<Span> {
  return span === null
    ? err(fault("not_found", "There are no files yet: the task has not been started."))
    : ok(span);
}
