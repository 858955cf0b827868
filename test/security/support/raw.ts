import { connect, type Socket } from "node:net";

export interface RawReply {
  /** 0 when the connection ended without an answer. */
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A request as bytes: what no HTTP client would send. Resolves with the first answer. */
export function raw(port: number, request: string | Uint8Array): Promise<RawReply> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1", () => socket.write(request));
    const chunks: Buffer[] = [];
    const finish = (): void => {
      socket.destroy();
      resolve(parse(Buffer.concat(chunks)));
    };
    socket.on("data", (chunk: Buffer) => {
      chunks.push(chunk);
      if (isWhole(Buffer.concat(chunks))) finish();
    });
    socket.on("close", finish);
    socket.on("error", (error: NodeJS.ErrnoException) =>
      error.code === "ECONNRESET" || error.code === "EPIPE" ? finish() : reject(error),
    );
  });
}

/** A request by its parts, with exactly these headers. */
export function rawRequest(
  port: number,
  line: string,
  headers: readonly (readonly [string, string])[],
  body = "",
): Promise<RawReply> {
  const head = headers.map(([name, value]) => `${name}: ${value}\r\n`).join("");
  return raw(port, `${line}\r\n${head}\r\n${body}`);
}

/** An open connection, for tests that read slowly or not at all. */
export function openSocket(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1", () => resolve(socket));
    socket.once("error", reject);
  });
}

function isWhole(bytes: Buffer): boolean {
  const end = bytes.indexOf("\r\n\r\n");
  if (end === -1) return false;
  const { status, headers } = parse(bytes);
  if (status === 100) return false;
  if (headers["transfer-encoding"] === "chunked") return bytes.includes("\r\n0\r\n\r\n");
  return bytes.byteLength >= end + 4 + Number(headers["content-length"] ?? "0");
}

function parse(bytes: Buffer): RawReply {
  const text = bytes.toString("utf8").replace(/^HTTP\/1\.1 100 Continue\r\n\r\n/, "");
  const [head = "", ...rest] = text.split("\r\n\r\n");
  const [first = "", ...lines] = head.split("\r\n");
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const colon = line.indexOf(":");
    headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
  }
  return { status: Number(first.split(" ")[1] ?? "0"), headers, body: rest.join("\r\n\r\n") };
}
