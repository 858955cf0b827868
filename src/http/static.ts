import { readdirSync, readFileSync, statSync } from "node:fs";
import { extname, join, relative, sep } from "node:path";
import { pagePath } from "./guard.ts";
import { pageHeaders } from "./respond.ts";

/** The files of the built board, as answers. Null = there is no such file. */
export interface Pages {
  serve(path: string, request: Request): Response | null;
}

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json",
  ".webmanifest": "application/manifest+json",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".ico": "image/x-icon",
  ".woff2": "font/woff2",
  ".wasm": "application/wasm",
  ".txt": "text/plain; charset=utf-8",
};

const notBuilt = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Agetor</title></head>
<body>
<h1>Agetor is running</h1>
<p>The board has not been built yet. Run <code>npm run build</code>, then reload this page.</p>
<p>The API and the <code>agetor</code> command work without it.</p>
</body>
</html>
`;

interface Build {
  readonly stamp: number;
  readonly page: string;
  /** URL path → file. Nothing outside this map is ever opened. */
  readonly files: ReadonlyMap<string, string>;
}

/**
 * Serves the folder the board was built into. The list of its files is taken once and taken anew
 * only when the page itself has changed, so a URL is looked up, never resolved.
 */
export function createPages(root: string): Pages {
  let build = readBuild(root);
  return {
    serve(path, request) {
      if (path === pagePath) {
        if (stampOf(root) !== (build?.stamp ?? null)) build = readBuild(root);
        return pageResponse(build?.page ?? notBuilt);
      }
      const file = build?.files.get(path);
      return file === undefined ? null : assetResponse(path, file, build?.files, request);
    },
  };
}

function stampOf(root: string): number | null {
  return statSync(join(root, "index.html"), { throwIfNoEntry: false })?.mtimeMs ?? null;
}

function readBuild(root: string): Build | null {
  const stamp = stampOf(root);
  if (stamp === null) return null;
  const files = new Map<string, string>();
  for (const file of filesOf(root))
    files.set(`/${relative(root, file).split(sep).join("/")}`, file);
  files.delete("/index.html");
  return { stamp, page: readFileSync(join(root, "index.html"), "utf8"), files };
}

/** A walk of our own: Bun's recursive `readdir` follows symlinks, out of the folder and in circles. */
function filesOf(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (entry.name.startsWith(".")) return [];
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return filesOf(path);
    return entry.isFile() ? [path] : [];
  });
}

/** The page with a nonce of its own, told to it in a meta element that libraries know to look at. */
function pageResponse(page: string): Response {
  const nonce = Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString("base64");
  const meta = `<meta name="csp-nonce" property="csp-nonce" content="${nonce}" nonce="${nonce}">`;
  const html = page.replace(/<head[^>]*>/i, (head) => `${head}\n    ${meta}`);
  return new Response(html, {
    headers: { ...pageHeaders(nonce, "no-store"), "content-type": types[".html"] ?? "" },
  });
}

function assetResponse(
  path: string,
  file: string,
  files: ReadonlyMap<string, string> | undefined,
  request: Request,
): Response {
  // Vite puts a hash of the content into every name under /assets/.
  const lifetime = path.startsWith("/assets/") ? "public, max-age=31536000, immutable" : "no-cache";
  const headers: Record<string, string> = {
    ...pageHeaders(null, lifetime),
    "content-type": types[extname(path)] ?? "application/octet-stream",
    vary: "accept-encoding",
  };
  const packed = files?.get(`${path}.gz`);
  const accepts = /\bgzip\b/.test(request.headers.get("accept-encoding") ?? "");
  if (packed !== undefined && accepts) headers["content-encoding"] = "gzip";
  const body = packed !== undefined && accepts ? packed : file;
  return new Response(Bun.file(body), { headers });
}
