import { StubRepo, type Tree, treeOf } from "./stub-repo.ts";

/** A task's files, made up: what stood there before and what an agent made of it. */

const head = `import { claimed, replayOf } from "./key.ts";
import type { Context, Digest, Key, Refund, Tx } from "../types.ts";

const hours = 24;

interface Entry {
  readonly id: string;
  readonly amount: number;
  readonly currency: string;
}

/** Every refund begins as an entry of the ledger. */
function refundEntry(req: Refund): Entry {
  return { id: req.id, amount: req.amount, currency: req.currency };
}

function refundCreated(entry: Entry) {
  return { type: "refund.created", entry } as const;
}

export function isLate(at: number, now: number): boolean {
  return now - at > hours * 3_600_000;
}

export function amountOf(entry: Entry): string {
  return \`\${entry.amount} \${entry.currency}\`;
}

export function sameRefund(a: Entry, b: Entry): boolean {
  return a.id === b.id && a.amount === b.amount;
}

const limit = 10_000;

export function isLarge({ amount }: Entry): boolean {
  return amount > limit;
}
`;

const before = `${head}
/** One refund per key. Safe to retry. */
export async function createRefund(req: Refund, ctx: Context) {
  const entry = await ledger.append(refundEntry(req))
  const answer = await provider.refund(entry)
  await events.publish(refundCreated(entry))
  return answer
}

export function describe(entry: Entry): string {
  if (isLarge(entry)) return \`Large refund of \${amountOf(entry)}\`;
  return \`Refund of \${amountOf(entry)}\`;
}

export function group(entries: readonly Entry[]): Map<string, Entry[]> {
  const groups = new Map<string, Entry[]>();
  for (const entry of entries) {
    groups.set(entry.currency, [...(groups.get(entry.currency) ?? []), entry]);
  }
  return groups;
}

export function total(entries: readonly Entry[]): number {
  return entries.reduce((sum, { amount }) => sum + amount, 0);
}
`;

const after = `${head}
/** One refund per key. Safe to retry. */
export async function createRefund(req: KeyedRefund, ctx: Context) {
  return ctx.db.transaction(async (tx) => {
    const first = await claimKey(tx, req.key, digest(req))
    if (first.kind === 'replay') return first.answer
    if (first.kind === 'other-body') throw conflict('key_reused')
    const entry = await tx.ledger.append(refundEntry(req))
    await tx.outbox.put(refundCreated(entry))
    return settle(tx, req.key, accepted(entry))
  })
}

export function describe(entry: Entry): string {
  if (isLarge(entry)) return \`Large refund of \${amountOf(entry)}\`;
  return \`Refund of \${amountOf(entry)}\`;
}

export function group(entries: readonly Entry[]): Map<string, Entry[]> {
  const groups = new Map<string, Entry[]>();
  for (const entry of entries) {
    groups.set(entry.currency, [...(groups.get(entry.currency) ?? []), entry]);
  }
  return groups;
}

async function claimKey(tx: Tx, key: Key, body: Digest) {
  const row = await tx.one(insertKey(key, body, ttl(24)))
  return row.fresh ? claimed(row) : replayOf(row, body)
}

export function total(entries: readonly Entry[]): number {
  return entries.reduce((sum, { amount }) => sum + amount, 0);
}
`;

/** The refund service's file as the task found it and as it stands. */
export const refund = { before, after, path: "src/refunds/create.ts" } as const;

/** A picture of one colour: the smallest PNG that a browser shows, and a larger one. */
const pictures = [
  "iVBORw0KGgoAAAANSUhEUgAAAAoAAAAKCAIAAAACUFjqAAAAEklEQVR4nGNgYPiPD41KM1A1AJiYY53ZD8DVAAAAAElFTkSuQmCC",
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC",
].map((text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)));

const many = (name: string, count: number) =>
  Array.from({ length: count }, (_, n) => `  "${name}-${n}": ["^1.${n}.0", "sha512-${n}"],`).join(
    "\n",
  );

function filesBefore(): Tree {
  return treeOf({
    "assets/logo.png": { text: null, bytes: pictures[0] as Uint8Array<ArrayBuffer> },
    "bun.lock": { text: `{\n${many("left", 30)}\n}\n`, generated: true },
    "bin/migrate": { text: "#!/bin/sh\nexec bun run db:migrate\n" },
    "docs/openapi.json": `{\n  "paths": {\n    "/v2/refunds": { "post": {} }\n  }\n}\n`,
    "src/disputes/refund.ts": `export const open = (dispute: Dispute) => refund(dispute.payment);\n`,
    "src/outbox/put.ts": `export async function put(event: Event) {\n  await queue.send(event);\n}\n`,
    "src/outbox/worker.ts": `export async function drain() {\n  for (const event of await queue.take()) {\n    await send(event);\n  }\n  await queue.close();\n}\n`,
    "src/refunds/create.ts": before,
    "src/refunds/routes.ts": `router.post("/v2/refunds", createRefund);\nrouter.get("/v2/refunds", listRefunds);\n`,
    "src/refunds/types.ts": `export interface Refund {\n  readonly id: string;\n}\n`,
  });
}

function filesAfter(): Tree {
  return treeOf({
    "assets/logo.png": { text: null, bytes: pictures[1] as Uint8Array<ArrayBuffer> },
    "bun.lock": { text: `{\n${many("left", 30)}\n${many("right", 12)}\n}\n`, generated: true },
    "bin/migrate": { text: "#!/bin/sh\nexec bun run db:migrate\n", mode: "100755" },
    "docs/idempotency.md":
      "# Idempotency\n\nSend an `Idempotency-Key`.\nIt is kept for 24 hours.\n",
    "docs/openapi.json": `{\n  "paths": {\n    "/v2/refunds": {\n      "post": { "parameters": ["Idempotency-Key"] }\n    }\n  }\n}\n`,
    "migrations/0042_refund_key.sql": `CREATE TABLE refund_key (\n  key TEXT PRIMARY KEY,\n  body TEXT NOT NULL,\n  answer TEXT\n);\n`,
    "src/disputes/refund.ts": `export const open = (dispute: Dispute) => refund(dispute.payment, keyOf(dispute));\n`,
    "src/outbox/put.ts": `export async function put(event: Event, tx: Tx) {\n  await tx.outbox.insert(event);\n}\n`,
    "src/outbox/worker.ts": `export async function drain() {\n  for (const event of await queue.take()) {\n    await send(event);\n  }\n}\n`,
    "src/refunds/create.test.ts": `test("a retry answers the same", async () => {\n  const [one, two] = await both(refundOf("k"));\n  expect(one).toEqual(two);\n});\n`,
    "src/refunds/create.ts": after,
    "src/refunds/key.ts": `export const claimed = (row: Row) => ({ kind: "first", row }) as const;\nexport const replayOf = (row: Row, body: Digest) =>\n  row.body === body ? ({ kind: "replay", answer: row.answer } as const) : ({ kind: "other-body" } as const);\n`,
    "src/refunds/model.ts": {
      text: `export interface Refund {\n  readonly id: string;\n}\n`,
      from: "src/refunds/types.ts",
    },
    "src/refunds/routes.ts": `router.post("/v2/refunds", keyed(createRefund));\nrouter.get("/v2/refunds", listRefunds);\n`,
  });
}

/** A refund service that an agent made safe to retry. */
export function refundRepo(): StubRepo {
  return new StubRepo(filesBefore(), filesAfter());
}

/** As many files with as many changed lines as a review is measured with. */
export function hugeRepo(files: number, lines: number): StubRepo {
  const [from, to]: [Record<string, string>, Record<string, string>] = [{}, {}];
  for (let file = 0; file < files; file += 1) {
    const path = `src/module-${String(file % 20).padStart(2, "0")}/part-${file}.ts`;
    const line = (n: number, word: string) =>
      n % 9 === 0
        ? `export function step${n}(input: Input${n}): Result {`
        : `  const ${word}${n} = await store.read("${file}/${n}", { retries: ${n % 7} });`;
    const body = (word: string) =>
      Array.from({ length: lines }, (_, n) => line(n, n % 5 === 4 ? "same" : word)).join("\n");
    from[path] = `${body("before")}\n`;
    to[path] = `${body("after")}\n`;
  }
  return new StubRepo(treeOf(from), treeOf(to));
}

/** Text that tries to look like something else. */
export const hostile = {
  path: "src/<img src=x onerror=window.__pwn=1>.ts",
  text: [
    "const admin = false; // \u202E ;eurt = nimda",
    'if (role === \u2066"user\u2069") return;',
    "const zero\u200Bwidth = 1;",
    "<script>window.__pwn=1</script>",
    "\u001b[31mred\u001b[0m\u0007",
    "a\u00A0b",
    "x".repeat(9000),
    "",
  ].join("\n"),
} as const;
