import { afterEach, describe, expect, test } from "bun:test";
import { createServer, type Server } from "node:net";
import { networkInterfaces } from "node:os";
import { portsAreFree } from "./ports.ts";

const servers: Server[] = [];
const hasIpv6 = Object.values(networkInterfaces())
  .flat()
  .some((one) => one?.address === "::1");

afterEach(async () => {
  await Promise.all(
    servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve))),
  );
});

/** Listens on a port of the system's choice and answers it. */
function listening(host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    servers.push(server);
    server.once("error", reject);
    server.listen({ host, port: 0, exclusive: true }, () => {
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : 0);
    });
  });
}

describe("ports are free", () => {
  const comesAndGoes = async (host: string): Promise<void> => {
    const port = await listening(host);
    expect(await portsAreFree(port, 1)).toBe(false);
    expect(await portsAreFree(port - 1, 3)).toBe(false);
    const server = servers.pop();
    await new Promise((resolve) => server?.close(resolve));
    expect(await portsAreFree(port, 1)).toBe(true);
  };

  test("not while somebody listens on 127.0.0.1", () => comesAndGoes("127.0.0.1"));
  test("not while somebody listens on all addresses", () => comesAndGoes("0.0.0.0"));
  test.skipIf(!hasIpv6)("not while somebody listens on ::1 (needs IPv6)", () =>
    comesAndGoes("::1"),
  );

  test("looking twice changes nothing", async () => {
    const port = await listening("127.0.0.1");
    const server = servers.pop();
    await new Promise((resolve) => server?.close(resolve));
    expect([await portsAreFree(port, 1), await portsAreFree(port, 1)]).toEqual([true, true]);
  });
});
