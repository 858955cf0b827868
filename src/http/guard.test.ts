import { describe, expect, test } from "bun:test";
import type { Route } from "../contract/routes.ts";
import type { Auth, TokenScope } from "../engine/api.ts";
import { admit, authorize, checkBody } from "./guard.ts";
import type { Peer } from "./peer.ts";

const port = 4317;
const tcp = (address: string | null = "127.0.0.1"): Peer => ({
  door: { kind: "tcp", port },
  address,
  idle: () => undefined,
});
const unix: Peer = { door: { kind: "socket" }, address: null, idle: () => undefined };

/** What Bun hands over: the URL is made of Host and the request line. */
function request(headers: Record<string, string>, path = "/tasks", method = "GET"): Request {
  const made = new Request(`http://placeholder${path}`, { method });
  const all = new Headers({ host: `127.0.0.1:${port}`, ...headers });
  return Object.defineProperties(made, {
    headers: { value: all },
    url: { value: `http://${all.get("host")}${path}` },
  });
}

function verdict(result: ReturnType<typeof admit>): string {
  return result.ok ? "in" : result.fault.code;
}

describe("admit, in order", () => {
  test("a peer that is not this machine is refused before anything else is looked at", () => {
    const wrongInEveryWay = request({ host: "evil", origin: "null", upgrade: "x" });
    expect(verdict(admit(wrongInEveryWay, tcp("192.168.1.2")))).toBe("forbidden");
    expect(verdict(admit(request({}), tcp(null)))).toBe("forbidden");
  });

  test.each(["127.0.0.1", "::1", "::ffff:127.0.0.1"])("%s is this machine", (address) => {
    expect(verdict(admit(request({}), tcp(address)))).toBe("in");
  });

  test("then the name, then the path, then the method", () => {
    const odd = { host: "evil", origin: "null" };
    expect(verdict(admit(request(odd, "//x", "OPTIONS"), tcp()))).toBe("wrong_host");
    const path = request({ origin: "null" }, "//x", "OPTIONS");
    expect(verdict(admit(path, tcp()))).toBe("invalid_request");
    const method = request({ origin: "null" }, "/x", "OPTIONS");
    expect(verdict(admit(method, tcp()))).toBe("method_not_allowed");
  });

  test("then upgrades, then the origin, then the site", () => {
    const upgrade = request({ upgrade: "websocket", origin: "null" });
    expect(verdict(admit(upgrade, tcp()))).toBe("invalid_request");
    const origin = request({ origin: "null", "sec-fetch-site": "cross-site" });
    expect(admit(origin, tcp())).toMatchObject({
      fault: { message: expect.stringContaining("origins") },
    });
    const site = request({ "sec-fetch-site": "cross-site" });
    expect(admit(site, tcp())).toMatchObject({
      fault: { message: expect.stringContaining("site") },
    });
  });

  test("the path comes out as sent, the query parsed", () => {
    const admitted = admit(request({}, "/tasks/%41?q=a%20b&q=c"), tcp());
    if (!admitted.ok) throw new Error(admitted.fault.message);
    expect(admitted.value.path).toBe("/tasks/%41");
    expect(admitted.value.query.getAll("q")).toEqual(["a b", "c"]);
  });
});

describe("the unix socket", () => {
  test("takes any one name", () => {
    for (const host of ["localhost", "agetor", "x:1"]) {
      expect(verdict(admit(request({ host }), unix))).toBe("in");
    }
    for (const host of ["", "a, b"]) {
      expect(verdict(admit(request({ host }), unix))).toBe("wrong_host");
    }
  });

  test("knows no origin: no page can be behind it", () => {
    expect(verdict(admit(request({ origin: "http://localhost" }), unix))).toBe("forbidden");
  });
});

describe("authorize", () => {
  const auth = (answers: Record<string, TokenScope>): Auth & { asked: string[] } => {
    const asked: string[] = [];
    return {
      asked,
      verify: (token: string) => {
        asked.push(token);
        return answers[token] ?? null;
      },
    } as unknown as Auth & { asked: string[] };
  };
  const app = { kind: "app", tokenId: "t" } as const;
  const session = { kind: "session", sessionId: "s", taskId: "t" } as const;
  const route = (scope: Route["scope"], answer: Route["answer"] = "json"): Route => ({
    method: "GET",
    path: "/x",
    scope,
    answer,
    summary: "",
  });
  const none = new URLSearchParams();
  const bearer = (token: string) => request({ authorization: `Bearer ${token}` });

  test("asks for nobody's token on an open route", () => {
    const known = auth({ a: app });
    expect(authorize(bearer("a"), route("open"), none, known)).toEqual({ ok: true, value: null });
    expect(known.asked).toEqual([]);
  });

  test("verifies a missing token too, so that it takes as long as a wrong one", () => {
    const known = auth({});
    expect(authorize(request({}), route("app"), none, known).ok).toBe(false);
    expect(known.asked).toEqual([""]);
  });

  test("a session's token opens session routes only; the app's opens both", () => {
    const known = auth({ a: app, s: session });
    for (const [token, scope, opens] of [
      ["a", "app", true],
      ["a", "session", true],
      ["s", "session", true],
      ["s", "app", false],
    ] as const) {
      const { ok } = authorize(bearer(token), route(scope), none, known);
      expect([token, scope, ok]).toEqual([token, scope, opens]);
    }
  });

  test("a token in the URL counts for streams, and only without a header", () => {
    const query = new URLSearchParams({ token: "a" });
    const known = auth({ a: app });
    expect(authorize(request({}), route("app", "sse"), query, known).ok).toBe(true);
    expect(authorize(request({}), route("app"), query, known).ok).toBe(false);
    expect(authorize(bearer("wrong"), route("app", "sse"), query, known).ok).toBe(false);
  });
});

describe("checkBody", () => {
  const post = (headers: Record<string, string>) => request(headers, "/tasks", "POST");
  const code = (headers: Record<string, string>, json = true) =>
    checkBody(post(headers), json, 100)?.code ?? "fine";

  test.each(["application/json", "Application/JSON", "application/json;charset=UTF-8"])(
    "%s is JSON",
    (type) => {
      expect(code({ "content-type": type, "content-length": "2" })).toBe("fine");
    },
  );

  test("a body needs a type, no body needs none", () => {
    expect(code({ "content-length": "2" })).toBe("unsupported_media_type");
    expect(code({ "transfer-encoding": "chunked" })).toBe("unsupported_media_type");
    expect(code({ "content-length": "0" })).toBe("fine");
    expect(code({})).toBe("fine");
  });

  test("a wrong type is refused even without a body", () => {
    expect(code({ "content-type": "text/plain" })).toBe("unsupported_media_type");
  });

  test("bytes may be of any type, but of one", () => {
    expect(code({ "content-type": "image/png", "content-length": "2" }, false)).toBe("fine");
    expect(code({ "content-length": "2" }, false)).toBe("unsupported_media_type");
  });

  test("an announced length above the cap is refused", () => {
    const type = { "content-type": "application/json" };
    expect(code({ ...type, "content-length": "100" })).toBe("fine");
    expect(code({ ...type, "content-length": "101" })).toBe("too_large");
  });
});
