import { describe, expect, test } from "bun:test";
import { type Route, routes } from "../contract/routes.ts";
import { createRouter } from "./router.ts";
import { endpoints } from "./routes/index.ts";

const route = (method: Route["method"], path: string): Route => ({
  method,
  path,
  scope: "app",
  answer: "json",
  summary: "",
});

describe("the route table and the handlers", () => {
  test("are the same set", () => {
    expect(Object.keys(endpoints).sort()).toEqual(Object.keys(routes).sort());
  });

  test("every route is found by its own method and path", () => {
    const match = createRouter(routes);
    for (const [id, { method, path }] of Object.entries<Route>(routes)) {
      const found = match(method, path.replace(/:\w+/g, "x"));
      expect([id, found.kind === "route" ? found.id : found.kind]).toEqual([id, id]);
    }
  });

  test("bytes and streams are told apart from JSON", () => {
    for (const [id, { answer }] of Object.entries<Route>(routes)) {
      const endpoint = endpoints[id as keyof typeof endpoints];
      const isPlain = endpoint.answer !== null && endpoint.body !== "bytes";
      expect([id, answer === "json"]).toEqual([id, isPlain]);
    }
  });
});

describe("the router", () => {
  const match = createRouter({
    list: route("GET", "/things"),
    make: route("POST", "/things"),
    one: route("GET", "/things/:id"),
    drop: route("DELETE", "/things/:id"),
    trash: route("GET", "/things/trash"),
    part: route("GET", "/things/:id/parts/:part"),
  });

  test("decodes parameters", () => {
    expect(match("GET", "/things/a%20b/parts/%C3%BC")).toEqual({
      kind: "route",
      id: "part",
      params: { id: "a b", part: "ü" },
    });
  });

  test("prefers a word to a parameter", () => {
    expect(match("GET", "/things/trash")).toMatchObject({ id: "trash" });
    expect(match("GET", "/things/other")).toMatchObject({ id: "one" });
  });

  test("says which methods a path has", () => {
    expect(match("PUT", "/things")).toEqual({ kind: "method", allow: ["GET", "POST"] });
    expect(match("DELETE", "/things/trash")).toEqual({ kind: "method", allow: ["GET"] });
  });

  test.each([
    "/",
    "",
    "/thing",
    "/things/",
    "/things/x/",
    "/things/x/parts",
    "/things/%",
    "/THINGS",
  ])("%p is nothing", (path) => {
    expect(match("GET", path).kind).toBe("none");
  });

  test("two routes of one shape are a bug", () => {
    const twice = { a: route("GET", "/x/:id"), b: route("GET", "/x/:name") };
    expect(() => createRouter(twice)).toThrow("two routes match GET /x/:name");
  });
});
