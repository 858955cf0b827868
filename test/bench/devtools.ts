import type { CDPSession, Page } from "playwright-core";

/** A line to the browser's own counters for a page. */
export async function openDevtools(page: Page): Promise<CDPSession> {
  const devtools = await page.context().newCDPSession(page);
  // Time the page really had: on a busy machine it tells whether a slow frame was our doing.
  await devtools.send("Performance.enable", { timeDomain: "threadTicks" });
  return devtools;
}

export async function metric(devtools: CDPSession, wanted: string): Promise<number> {
  const { metrics } = await devtools.send("Performance.getMetrics");
  return metrics.find(({ name }) => name === wanted)?.value ?? Number.NaN;
}

/** What the page holds in memory, without garbage, in MB. */
export async function heap(devtools: CDPSession): Promise<number> {
  await devtools.send("HeapProfiler.collectGarbage");
  return (await metric(devtools, "JSHeapUsedSize")) / 1e6;
}
