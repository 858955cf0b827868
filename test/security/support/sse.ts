import type { Socket } from "node:net";
import { openSocket } from "./raw.ts";

export interface Frame {
  readonly id: string | null;
  readonly data: Record<string, unknown>;
}

/** A stream read frame by frame as bytes, so that a test owns when it reads. */
export class StreamReader {
  readonly socket: Socket;
  readonly #frames: Frame[] = [];
  readonly comments: string[] = [];
  #head: string | null = null;
  #rest = Buffer.alloc(0);
  #text = "";
  #wake: (() => void) | null = null;
  closed = false;

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on("data", (chunk: Buffer) => {
      this.#feed(chunk);
      this.#wake?.();
    });
    socket.on("close", () => {
      this.closed = true;
      this.#wake?.();
    });
    // How it ended is seen by what was read.
    socket.on("error", () => undefined);
  }

  static async open(
    port: number,
    path: string,
    headers: Readonly<Record<string, string>>,
  ): Promise<StreamReader> {
    const reader = new StreamReader(await openSocket(port));
    const lines = Object.entries({ Host: `127.0.0.1:${port}`, ...headers }).map(
      ([name, value]) => `${name}: ${value}\r\n`,
    );
    reader.socket.write(`GET ${path} HTTP/1.1\r\n${lines.join("")}\r\n`);
    return reader;
  }

  /** The next frame; null when the stream has ended. */
  async next(): Promise<Frame | null> {
    await this.#until(() => this.#frames.length > 0);
    return this.#frames.shift() ?? null;
  }

  async take(count: number): Promise<readonly (Frame | null)[]> {
    const frames: (Frame | null)[] = [];
    while (frames.length < count) frames.push(await this.next());
    return frames;
  }

  /** Resolves when this many comment lines were seen. */
  async commentsSeen(count: number): Promise<void> {
    await this.#until(() => this.comments.length >= count);
  }

  /** Resolves when the connection is closed. */
  async end(): Promise<void> {
    await this.#until(() => false);
  }

  /** Status and headers, as text. */
  async head(): Promise<string> {
    await this.#until(() => this.#head !== null);
    return this.#head ?? "";
  }

  close(): void {
    this.socket.destroy();
  }

  async #until(seen: () => boolean): Promise<void> {
    while (!seen() && !this.closed) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  #feed(chunk: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    if (this.#head === null) {
      const end = this.#rest.indexOf("\r\n\r\n");
      if (end === -1) return;
      this.#head = this.#rest.subarray(0, end).toString();
      this.#rest = this.#rest.subarray(end + 4);
    }
    this.#unchunk();
    const parts = this.#text.split("\n\n");
    this.#text = parts.pop() ?? "";
    for (const part of parts) this.#take(part);
  }

  /** Takes the whole chunks of `Transfer-Encoding: chunked` off what was read. */
  #unchunk(): void {
    for (;;) {
      const line = this.#rest.indexOf("\r\n");
      if (line === -1) return;
      const size = Number.parseInt(this.#rest.subarray(0, line).toString(), 16);
      if (this.#rest.byteLength < line + 2 + size + 2) return;
      this.#text += this.#rest.subarray(line + 2, line + 2 + size).toString();
      this.#rest = this.#rest.subarray(line + 2 + size + 2);
    }
  }

  #take(part: string): void {
    if (part.startsWith(":")) {
      this.comments.push(part);
      return;
    }
    const lines = part.split("\n");
    const id = lines.find((line) => line.startsWith("id: "))?.slice(4) ?? null;
    const data = lines.find((line) => line.startsWith("data: "))?.slice(6) ?? "null";
    this.#frames.push({ id, data: JSON.parse(data) });
  }
}
