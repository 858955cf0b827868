import { fileURLToPath } from "node:url";

/** The root of the repository, without a trailing slash. */
export const root = fileURLToPath(new URL("../..", import.meta.url)).replace(/[/\\]$/, "");

/** @param {string} path relative to the root */
export const inRoot = (path) => `${root}/${path}`;

/** Everything the set-up remembers or fetches beyond node_modules; safe to delete at any time. */
export const setupDir = inRoot(".setup");
