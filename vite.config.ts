import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig, type ProxyOptions } from "vite";
import { routes } from "./src/contract/routes.ts";

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** The API stands at the root beside the page; its nouns are what the dev server passes on. */
const nouns = new Set(Object.values(routes).map(({ path }) => path.split("/")[1]));

const api = `http://127.0.0.1:${process.env["AGETOR_API_PORT"] ?? "4317"}`;

/**
 * The server accepts no other origin than its own. The dev server's own page is made to look like
 * that; a request from anywhere else keeps its Origin and is refused as it would be without us.
 */
const toApi: ProxyOptions = {
  target: api,
  changeOrigin: true,
  configure(proxy) {
    proxy.on("proxyReq", (outgoing, incoming) => {
      const { origin, host } = incoming.headers;
      if (origin !== undefined && origin === `http://${host}`) outgoing.setHeader("origin", api);
    });
  },
};

export default defineConfig({
  root: at("./src/web"),
  plugins: [react()],
  build: {
    outDir: at("./dist/web"),
    emptyOutDir: true,
    // `script-src 'self'` and `font-src 'self'` leave no room for data: URLs or inline scripts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  worker: { format: "es" },
  server: {
    host: "127.0.0.1",
    strictPort: true,
    proxy: { [`^/(?:${[...nouns].join("|")})(?:[/?].*)?$`]: toApi },
  },
});
