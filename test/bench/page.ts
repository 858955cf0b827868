/** What runs inside the measured page. Each function stands alone: it is sent there as text. */

export interface Bench {
  /** When the board, and the end of a transcript, were painted for the first time, in ms since navigation. */
  board: number | null;
  end: number | null;
  /** When the first lines of a review were painted, in ms since navigation. */
  lines: number | null;
  /** When the pointer was pressed last, in ms since navigation. */
  pressed: number;
  /** From each keydown and dragstart to the paint that followed it, in ms. */
  readonly inputs: number[];
  /** When a numbered mark came into the document, in ms since the epoch. */
  readonly marks: Record<string, number>;
  /** When a form in the inbox was painted for the first time, in ms since navigation. */
  inbox: number | null;
  /** When a numbered question was painted as an entry of the inbox, in ms since the epoch. */
  readonly asked: Record<string, number>;
  /** From each keydown that moved the focus to another request to the paint of it, in ms. */
  readonly steps: number[];
}

declare global {
  interface Window {
    bench: Bench;
  }
}

/** Text of the last event of a transcript that is opened. */
export const lastWords = "these are the last words";

/** Notes when things appear. Runs before every page's own scripts. */
export function watchPage(): void {
  const bench: Bench = {
    board: null,
    end: null,
    lines: null,
    pressed: 0,
    inputs: [],
    marks: {},
    inbox: null,
    asked: {},
    steps: [],
  };
  window.bench = bench;
  const twoFramesOn = (take: (at: number) => void): void => {
    requestAnimationFrame(() => requestAnimationFrame(() => take(performance.now())));
  };
  let board = false;
  let end = false;
  let lines = false;
  new MutationObserver((changes) => {
    const at = Date.now();
    if (!board && document.querySelector("article.card, .board-empty") !== null) {
      board = true;
      twoFramesOn((now) => {
        bench.board = now;
      });
    }
    if (!lines && document.querySelector(".frows .ln") !== null) {
      lines = true;
      twoFramesOn((now) => {
        bench.lines = now;
      });
    }
    for (const { addedNodes } of changes) {
      for (const node of addedNodes) {
        const text = node.textContent ?? "";
        for (const [, mark = ""] of text.matchAll(/mark-(\d+)/g)) bench.marks[mark] ??= at;
        if (end || !text.includes("these are the last words")) continue;
        end = true;
        twoFramesOn((now) => {
          bench.end = now;
        });
      }
    }
  }).observe(document, { subtree: true, childList: true });

  const press = (event: Event): void => {
    bench.pressed = event.timeStamp;
  };
  addEventListener("pointerdown", press, { capture: true });
  // A message sent in a frame arrives after that frame was painted.
  const painted = new MessageChannel();
  let since = 0;
  painted.port1.onmessage = () => bench.inputs.push(performance.now() - since);
  const input = (event: Event): void => {
    since = event.timeStamp;
    requestAnimationFrame(() => painted.port2.postMessage(null));
  };
  addEventListener("keydown", input, { capture: true });
  addEventListener("dragstart", input, { capture: true });
}

/** Notes what happens in the inbox. Runs behind `watchPage`. */
export function watchInbox(): void {
  const { bench } = window;
  // A message sent in a frame arrives after that frame was painted.
  const afterPaint = (take: () => void): void => {
    requestAnimationFrame(() => {
      const painted = new MessageChannel();
      painted.port1.onmessage = take;
      painted.port2.postMessage(null);
    });
  };
  let opened = false;
  const noticed = new Set<string>();
  new MutationObserver(() => {
    if (!opened && document.querySelector(".inbox-docs [data-ask]") !== null) {
      opened = true;
      afterPaint(() => {
        bench.inbox = performance.now();
      });
    }
    for (const entry of document.querySelectorAll('[aria-label="Waiting"] button')) {
      const mark = /question-(\d+)/.exec(entry.textContent ?? "")?.[1];
      if (mark === undefined || noticed.has(mark)) continue;
      noticed.add(mark);
      afterPaint(() => {
        bench.asked[mark] = Date.now();
      });
    }
  }).observe(document, { subtree: true, childList: true });

  let since = 0;
  let from: Element | null = null;
  const request = (target: EventTarget | null): Element | null =>
    target instanceof Element ? target.closest("[data-ask]") : null;
  const input = (event: Event): void => {
    since = event.timeStamp;
    from = request(document.activeElement);
  };
  const moved = (event: Event): void => {
    const to = request(event.target);
    if (to === null || to === from) return;
    from = to;
    const began = since;
    afterPaint(() => bench.steps.push(performance.now() - began));
  };
  addEventListener("keydown", input, { capture: true });
  addEventListener("focusin", moved, { capture: true });
}

/** Scrolls the review slowly, a few lines each frame, for a while. */
export function scrollSlowly(forMs: number): Promise<{ p95: number; frames: number }> {
  const list = document.querySelector(".rv-scroll");
  const times: number[] = [];
  return new Promise((resolve) => {
    const frame = (at: number): void => {
      times.push(at);
      list?.scrollBy(0, 60);
      if (at - (times[0] ?? at) < forMs) {
        requestAnimationFrame(frame);
        return;
      }
      const took = times.slice(1).map((time, index) => time - (times[index] ?? time));
      took.sort((a, b) => a - b);
      resolve({ p95: took[Math.floor(took.length * 0.95)] ?? 0, frames: took.length });
    };
    requestAnimationFrame(frame);
  });
}

export interface Frames {
  readonly fps: number;
  /** The longest of every hundred frames, in ms. */
  readonly p99: number;
  /** Tasks of more than 50 ms. */
  readonly longTasks: number;
  /** How far the transcript was from its end after a frame was painted, at worst, in px. */
  readonly gap: number;
}

/** Looks at every frame for a while. */
export function watchFrames(forMs: number): Promise<Frames> {
  const list = document.querySelector(".panel .scroll");
  const times: number[] = [];
  let gap = 0;
  let longTasks = 0;
  new PerformanceObserver((found) => {
    longTasks += found.getEntries().length;
  }).observe({ type: "longtask" });
  // After the paint the layout is settled: looking at it costs nothing and says what was seen.
  const painted = new MessageChannel();
  painted.port1.onmessage = () => {
    if (list === null) return;
    gap = Math.max(gap, list.scrollHeight - list.scrollTop - list.clientHeight);
  };
  return new Promise((resolve) => {
    const frame = (at: number): void => {
      times.push(at);
      painted.port2.postMessage(null);
      const began = times[0] ?? at;
      if (at - began < forMs) {
        requestAnimationFrame(frame);
        return;
      }
      const took = times.slice(1).map((time, index) => time - (times[index] ?? time));
      took.sort((a, b) => a - b);
      resolve({
        fps: (took.length * 1000) / (at - began),
        p99: took[Math.floor(took.length * 0.99)] ?? 0,
        longTasks,
        gap,
      });
    };
    requestAnimationFrame(frame);
  });
}
