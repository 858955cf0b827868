import { boardFigures } from "./board.ts";
import { ensureBuilt, launch } from "./chromium.ts";
import { inboxFigures } from "./inbox.ts";
import { reviewFigures } from "./review.ts";
import type { Figure } from "./table.ts";
import { transcriptFigures } from "./transcript.ts";

/** Figures of the built board in a real browser against a real server. */
export async function* browserFigures(): AsyncGenerator<Figure> {
  ensureBuilt();
  const browser = await launch();
  try {
    yield* boardFigures(browser);
    yield* transcriptFigures(browser);
    yield* inboxFigures(browser);
    yield* reviewFigures(browser);
  } finally {
    await browser.close();
  }
}
