import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdirSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { rawRequest } from "./support/raw.ts";
import { startServer, type TestServer } from "./support/server.ts";

let server: TestServer;
beforeAll(() => {
  server = startServer();
});
afterAll(() => server.stop());

const secret = "SECRET OUTSIDE THE BUILD";

/** A new build of the board, which the server notices with the next load of the page. */
async function rebuild(change: () => void): Promise<void> {
  change();
  const later = new Date(Date.now() + 60_000 + Math.random() * 1000);
  utimesSync(join(server.webRoot, "index.html"), later, later);
  await fetch(`${server.base}/`);
}

describe("HTTP-14: only files of the build", () => {
  beforeAll(() =>
    rebuild(() => {
      writeFileSync(join(server.webRoot, "..", "secret.txt"), secret);
      writeFileSync(join(server.webRoot, ".env"), secret);
      symlinkSync(join(server.webRoot, "..", "secret.txt"), join(server.webRoot, "link.txt"));
      symlinkSync(join(server.webRoot, ".."), join(server.webRoot, "up"));
    }),
  );

  test.each([
    "/../secret.txt",
    "/assets/../../secret.txt",
    "/%2e%2e/secret.txt",
    "/assets/%2e%2e/%2e%2e/secret.txt",
    "/..%2fsecret.txt",
    "/..%5csecret.txt",
    "/..\\secret.txt",
    "/link.txt",
    "/up/secret.txt",
    "/.env",
    "//etc/passwd",
    "/etc/passwd",
    "/assets",
    "/assets/",
    "/assets/app-1a2b.js/",
    "/assets/app-1a2b.js%00.txt",
    "/assets/APP-1a2b.js",
    "/index.html",
    "/index.html?raw??",
    "/@fs/etc/passwd",
    "/src/main.ts",
    "/package.json",
    `/${"a/".repeat(900)}`,
    "/__proto__",
    "/constructor",
  ])("%s", async (path) => {
    const reply = await rawRequest(server.port, `GET ${path} HTTP/1.1`, [
      ["Host", `127.0.0.1:${server.port}`],
    ]);
    expect([400, 404]).toContain(reply.status);
    expect(reply.body).not.toContain(secret);
  });

  test("a query changes nothing about which file it is", async () => {
    const response = await fetch(`${server.base}/assets/app-1a2b.js?raw??url&import`);
    expect(await response.text()).toBe("export {};");
    expect(response.headers.get("content-type")).toBe("text/javascript; charset=utf-8");
  });
});

describe("the board", () => {
  test("is served without a token, for whatever its query says", async () => {
    const response = await fetch(`${server.base}/?task=01J00000000000000000000000&tab=diff`);
    expect(response.status).toBe(200);
    expect(await response.text()).toStartWith("<!doctype html>");
  });

  test("comes packed to whoever unpacks", async () => {
    const packed = await fetch(`${server.base}/assets/app-1a2b.js`, {
      headers: { "accept-encoding": "gzip" },
      decompress: false,
    } as RequestInit);
    expect(packed.headers.get("content-encoding")).toBe("gzip");
    expect(packed.headers.get("vary")).toBe("accept-encoding");
    const plain = await fetch(`${server.base}/assets/app-1a2b.js`, {
      headers: { "accept-encoding": "identity" },
    });
    expect(plain.headers.get("content-encoding")).toBeNull();
    expect(await plain.text()).toBe("export {};");
  });

  test("answers HEAD without a body, and takes no writes", async () => {
    const head = await fetch(`${server.base}/`, { method: "HEAD" });
    expect(head.status).toBe(200);
    expect(await head.text()).toBe("");
    const post = await fetch(`${server.base}/`, { method: "POST" });
    expect(post.status).toBe(404);
  });

  test("is taken anew when it was built anew", async () => {
    await rebuild(() => {
      writeFileSync(join(server.webRoot, "index.html"), "<html><head></head>second</html>");
      mkdirSync(join(server.webRoot, "assets"), { recursive: true });
      writeFileSync(join(server.webRoot, "assets", "new-3c4d.css"), "a{}");
    });
    expect(await (await fetch(`${server.base}/`)).text()).toContain("second");
    const css = await fetch(`${server.base}/assets/new-3c4d.css`);
    expect(css.headers.get("content-type")).toBe("text/css; charset=utf-8");
  });

  test("says what to do when it was never built", async () => {
    const bare = startServer({ built: false });
    const response = await fetch(`${bare.base}/`);
    expect(response.status).toBe(200);
    expect(await response.text()).toContain("npm run build");
    expect((await fetch(`${bare.base}/assets/app-1a2b.js`)).status).toBe(404);
    await bare.stop();
  });
});
