import { connect, createServer } from "node:net";

/** The loopback addresses a dev server may take: by name, `localhost` can mean either. */
const addresses = ["127.0.0.1", "::1"] as const;

/**
 * Whether nothing listens on any of these ports of this machine's loopback. Each is taken for a
 * moment and let go of again; what is true now need not be true later.
 */
export async function portsAreFree(first: number, count: number): Promise<boolean> {
  for (let port = first; port < first + count; port += 1) {
    for (const host of addresses) {
      // macOS lets a loopback address be taken beside a listener on all addresses: ask that first.
      if ((await answers(host, port)) || !(await canListen(host, port))) return false;
    }
  }
  return true;
}

function answers(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}

function canListen(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) => {
      // A machine without IPv6 has nobody listening there either.
      resolve(error.code === "EADDRNOTAVAIL" || error.code === "EAFNOSUPPORT");
    });
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(true)));
  });
}
