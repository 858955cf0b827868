import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ownFiles } from "../../src/host/own-files.ts";

export const root = fileURLToPath(new URL("../..", import.meta.url));

/**
 * The server that tests start: the bundle that `AGETOR_TEST_SERVER` names, as `npm test` does, so that
 * they test what people run; the source when one file is run by hand.
 */
export const serverEntry = process.env["AGETOR_TEST_SERVER"] ?? join(root, "src/main.ts");

/** What lies beside it. */
export const own = ownFiles(serverEntry);
