import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Glob } from "bun";
import { renderHttpApi } from "../../scripts/http-api.ts";
import { type Route, routes } from "../../src/contract/routes.ts";
import { endpoints } from "../../src/http/routes/index.ts";
import contract from "./contract.json";

const root = fileURLToPath(new URL("../..", import.meta.url));
const ours = Object.values<Route>(routes).map(({ method, path }) => `${method} ${path}`);

/** Names of settings that the program (not its tests) reads. */
function settingsRead(): ReadonlySet<string> {
  const names = new Set<string>();
  for (const path of new Glob("src/**/*.ts").scanSync({ cwd: root })) {
    if (/\.test\.ts$|\/testing\//.test(path)) continue;
    for (const [name] of readFileSync(`${root}/${path}`, "utf8").matchAll(/AGETOR_[A-Z_]+/g)) {
      names.add(name);
    }
  }
  return names;
}

/**
 * `contract.json` is the public contract, written down by hand from the page that fixes it. What
 * stands there keeps its name; what is not built yet stands under `missing` and nowhere else.
 */
describe("the public contract", () => {
  test("has every route that it promises and that is not named as missing", () => {
    const missing = contract.routes.filter((route) => !ours.includes(route));
    expect(missing).toEqual(contract.missingRoutes);
  });

  test("has every setting that it promises and that is not named as missing", () => {
    const read = settingsRead();
    const missing = contract.environment.filter((name) => !read.has(name));
    expect(missing).toEqual(contract.missingEnvironment);
  });
});

describe("its machine-readable form", () => {
  interface Operation {
    readonly operationId: string;
    readonly parameters?: readonly { name: string; in: string }[];
    readonly responses: Record<string, unknown>;
  }
  interface Description {
    readonly paths: Record<string, Record<string, Operation>>;
    readonly components: { readonly schemas: Record<string, unknown> };
  }
  const described = async (): Promise<Description> => {
    const { openapi } = endpoints;
    const context = { info: () => ({ version: "1.2.3" }) };
    // The one handler that needs nothing but the version.
    const call = { context } as unknown as Parameters<typeof openapi.handle>[0];
    return (await (await openapi.handle(call)).json()) as Description;
  };

  test("describes every route and nothing else", async () => {
    const { paths } = await described();
    const operations = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => {
        const named = path.replace(/\{(\w+)\}/g, ":$1");
        return `${method.toUpperCase()} ${named}`;
      }),
    );
    expect(operations.sort()).toEqual([...ours].sort());
  });

  test("every parameter of a path is described, and every reference leads somewhere", async () => {
    const api = await described();
    for (const [path, methods] of Object.entries(api.paths)) {
      const wanted = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => name);
      for (const { parameters = [] } of Object.values(methods)) {
        const got = parameters.filter((parameter) => parameter.in === "path");
        expect([path, got.map(({ name }) => name)]).toEqual([path, wanted]);
      }
    }
    const references = [...JSON.stringify(api).matchAll(/"\$ref":"([^"]+)"/g)];
    expect(references.length).toBeGreaterThan(0);
    for (const [, reference] of references) {
      const name = /^#\/components\/schemas\/(\w+)$/.exec(reference ?? "")?.[1] ?? "";
      expect([reference, name in api.components.schemas]).toEqual([reference, true]);
    }
  });
});

test("docs/http-api.md is what `bun scripts/http-api.ts` writes now", () => {
  expect(readFileSync(`${root}/docs/http-api.md`, "utf8")).toBe(renderHttpApi());
});
