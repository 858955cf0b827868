import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { raw } from "./support/raw.ts";
import { allRoutes } from "./support/routes.ts";
import { startServer, type TestServer, token } from "./support/server.ts";

let server: TestServer;
beforeAll(() => {
  server = startServer();
});
afterAll(() => server.stop());

const forAll = {
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "referrer-policy": "no-referrer",
  "cross-origin-resource-policy": "same-origin",
  "cross-origin-opener-policy": "same-origin",
};
const forApi = {
  ...forAll,
  "cache-control": "no-store",
  "content-security-policy":
    "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
};

const pagePolicy = (style: string): string =>
  `default-src 'none'; script-src 'self'; connect-src 'self'; img-src 'self' data: blob:; ` +
  `style-src ${style}; font-src 'self'; worker-src 'self'; manifest-src 'self'; ` +
  `frame-ancestors 'none'; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'`;

function expectHeaders(response: Response, wanted: Record<string, string>): void {
  const got = Object.keys(wanted).map((name) => [name, response.headers.get(name)]);
  expect(Object.fromEntries(got)).toEqual(wanted);
  for (const [name] of response.headers) expect(name).not.toStartWith("access-control");
  expect(response.headers.get("set-cookie")).toBeNull();
}

describe("HTTP-23: every answer carries its headers", () => {
  for (const { method, url, isWrite } of allRoutes) {
    test(`${method} ${url}, with and without a token`, async () => {
      for (const authorization of [`Bearer ${token}`, "Bearer wrong"]) {
        const response = await fetch(server.base + url, {
          method,
          headers: { authorization, ...(isWrite ? { "content-type": "application/json" } : {}) },
          ...(isWrite ? { body: "{}" } : {}),
        });
        expectHeaders(response, forApi);
        await response.body?.cancel();
      }
    });
  }

  test("refusals of the guard too", async () => {
    const reply = await raw(server.port, `GET / HTTP/1.1\r\nHost: evil.test\r\n\r\n`);
    for (const [name, value] of Object.entries(forApi)) expect(reply.headers[name]).toBe(value);
  });

  test("an output that an agent wrote is bytes to keep, nothing to show", async () => {
    const response = await server.fetch("/blobs/known");
    expect(await response.text()).toBe("<b>bytes</b>");
    expectHeaders(response, {
      ...forApi,
      "content-type": "application/octet-stream",
      "content-disposition": "attachment",
    });
  });
});

describe("the page", () => {
  test("has exactly this policy, with a nonce of its own each time", async () => {
    const nonces = new Set<string>();
    for (let load = 0; load < 3; load++) {
      const response = await fetch(`${server.base}/`);
      const nonce = /'nonce-([^']+)'/.exec(
        response.headers.get("content-security-policy") ?? "",
      )?.[1];
      expectHeaders(response, {
        ...forAll,
        "cache-control": "no-store",
        "content-type": "text/html; charset=utf-8",
        "content-security-policy": pagePolicy(`'self' 'nonce-${nonce}'`),
      });
      expect(Buffer.from(nonce ?? "", "base64").byteLength).toBe(16);
      expect(await response.text()).toContain(
        `<meta name="csp-nonce" property="csp-nonce" content="${nonce}" nonce="${nonce}">`,
      );
      nonces.add(nonce ?? "");
    }
    expect(nonces.size).toBe(3);
  });

  test("holds no secret", async () => {
    const page = await (await fetch(`${server.base}/`)).text();
    expect(page).not.toContain(token);
  });

  test("an asset may be kept for ever, and a worker from it runs under the page's policy", async () => {
    const response = await fetch(`${server.base}/assets/app-1a2b.js`);
    expectHeaders(response, {
      ...forAll,
      "cache-control": "public, max-age=31536000, immutable",
      "content-type": "text/javascript; charset=utf-8",
      "content-security-policy": pagePolicy("'self'"),
    });
  });
});
