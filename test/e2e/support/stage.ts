import { afterAll, beforeAll } from "bun:test";
import type { Browser } from "playwright-core";
import { makeRepo } from "../../support/repo.ts";
import { TestServer } from "../../support/server.ts";
import { launch } from "./browser.ts";

/** What the tests of a file play on; there from the first of them to the last. */
export interface Stage {
  server: TestServer;
  readonly browser: Browser;
  /** The path of a repository whose agents are trusted. */
  readonly repo: string;
}

/** Sets up a stage for the file that calls this at its top; `files` are those of the repository. */
export function setStage(files?: Parameters<typeof makeRepo>[0]): Stage {
  const stage = {} as { -readonly [K in keyof Stage]: Stage[K] };
  beforeAll(async () => {
    [stage.server, stage.browser] = await Promise.all([TestServer.start(), launch()]);
    stage.repo = makeRepo(files);
    await stage.server.client.trust(stage.repo);
  });
  afterAll(async () => {
    await stage.browser.close();
    await stage.server.dispose();
  });
  return stage;
}
