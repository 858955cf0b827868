import { expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "bun";

const dist = fileURLToPath(new URL("../../dist/web/", import.meta.url));
const kilo = 1000;

function size(path: string): number {
  return gzipSync(readFileSync(dist + path), { level: 9 }).byteLength;
}

/** What the browser fetches before the board can be drawn. */
function initial(extension: string): readonly string[] {
  const html = readFileSync(`${dist}index.html`, "utf8");
  const named = [...html.matchAll(/(?:src|href)="\/(assets\/[^"]+)"/g)].map((match) => match[1]!);
  return named.filter((path) => path.endsWith(extension));
}

test("the first screen stays small", () => {
  const worker = readdirSync(`${dist}assets`).filter((name) => name.startsWith("stream.shared"));
  const scripts = [...initial(".js"), ...worker.map((name) => `assets/${name}`)];
  const script = scripts.reduce((sum, path) => sum + size(path), 0);
  const style = initial(".css").reduce((sum, path) => sum + size(path), 0);
  console.log(
    `initial JS ${(script / kilo).toFixed(1)} kB, CSS ${(style / kilo).toFixed(1)} kB (gz)`,
  );
  expect(scripts.length).toBeGreaterThan(1);
  expect(script).toBeLessThan(220 * kilo);
  expect(style).toBeLessThan(15 * kilo);
});

test("the review is fetched when it is wanted, and stays small", () => {
  const parts = readdirSync(`${dist}assets`).filter((name) => /^review-.*\.js$/.test(name));
  const script = parts.reduce((sum, name) => sum + size(`assets/${name}`), 0);
  console.log(`review JS ${(script / kilo).toFixed(1)} kB (gz)`);
  expect(parts).toHaveLength(1);
  expect(initial(".js").filter((path) => parts.some((name) => path.endsWith(name)))).toEqual([]);
  expect(script).toBeLessThan(60 * kilo);
});
