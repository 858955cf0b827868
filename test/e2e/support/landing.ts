import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import type { Task } from "../../../src/contract/task.ts";
import { git, makeRepo } from "../../support/repo.ts";
import { TestServer } from "../../support/server.ts";
import { link, newPage, type Opened } from "./browser.ts";

/** A server of a person with a name, and with a stand-in for `gh` on the path. */
export interface Harbour {
  readonly server: TestServer;
  readonly home: string;
  /** What `gh pr view` says from now on; until then there is no pull request. */
  ghSays(view: Readonly<Record<string, unknown>>): void;
  /** The arguments and the body of the last `gh pr create`; empty before the first. */
  ghWasTold(): string;
}

/** The program stores what it is told and says what it was given to say: no network, no account. */
const gh = (bin: string) => `#!/bin/sh
if [ "$2" = create ]; then
  { printf '%s\\n' "$@"; cat; } > ${bin}/told
  exit 0
fi
cat ${bin}/view
`;

export async function openHarbour(): Promise<Harbour> {
  const parent = mkdtempSync(join(tmpdir(), "agetor-test-"));
  const [home, bin] = [join(parent, "home"), join(parent, "bin")];
  mkdirSync(home);
  mkdirSync(bin);
  const config = "[user]\n\tname = Pat Person\n\temail = pat@example.test\n";
  writeFileSync(join(home, ".gitconfig"), config);
  writeFileSync(join(bin, "gh"), gh(bin));
  chmodSync(join(bin, "gh"), 0o755);
  const env = { PATH: `${bin}:${process.env["PATH"]}` };
  const server = await TestServer.start({ dataDir: join(parent, "data"), env });
  const told = join(bin, "told");
  return {
    server,
    home,
    ghSays: (view) => writeFileSync(join(bin, "view"), JSON.stringify(view)),
    ghWasTold: () => (existsSync(told) ? readFileSync(told, "utf8") : ""),
  };
}

export interface Reviewed {
  readonly repo: string;
  readonly task: Task;
}

/** A task in Review that has done this, in a repository whose `main` nobody stands on. */
export async function reviewed(
  { server }: Harbour,
  title: string,
  prompt: string,
  files?: Readonly<Record<string, string>>,
): Promise<Reviewed> {
  const repo = makeRepo(files);
  git(repo, "switch", "-q", "--detach");
  await server.client.trust(repo);
  const { task, run } = await server.client.startFake(repo, prompt, { title, baseRef: "main" });
  await server.client.ended(task.id, run.id);
  return { repo, task: await server.client.task(task.id) };
}

/** The base moves on by a commit of somebody else. */
export function moveMain(repo: string, files: Readonly<Record<string, string>>): void {
  for (const [path, content] of Object.entries(files)) writeFileSync(join(repo, path), content);
  git(repo, "add", "-A");
  git(repo, "commit", "-q", "-m", "the base moves");
  git(repo, "push", "-q", ".", "HEAD:main");
}

/** Opens the review of a task from its card, by the keyboard. */
export async function openReview(
  browser: Browser,
  { server }: Harbour,
  task: Task,
  options: BrowserContextOptions = {},
): Promise<Opened> {
  const opened = await newPage(browser, options);
  await opened.page.goto(await link(server));
  await opened.page.locator(`[data-card="${task.id}"]`).focus();
  await opened.page.keyboard.press("r");
  await opened.page.locator(".land h2").waitFor();
  return opened;
}

export function bar(page: Page) {
  return page.locator(".land");
}

/** Waits until the bar says this of where the work stands. */
export async function stands(page: Page, words: string): Promise<void> {
  await bar(page).getByRole("heading", { name: words }).waitFor();
}

export function notice(page: Page, words: string) {
  return page.locator(".toast", { hasText: words });
}
