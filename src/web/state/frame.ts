/**
 * Runs `flush` once per animation frame, however often it is asked for. A hidden tab has no frames,
 * so a timer stands in: its state must not grow old, nor its queue long.
 */
export function oncePerFrame(flush: () => void): () => void {
  let frame = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const run = (): void => {
    cancelAnimationFrame(frame);
    clearTimeout(timer);
    frame = 0;
    timer = undefined;
    flush();
  };
  return () => {
    if (timer !== undefined) return;
    frame = requestAnimationFrame(run);
    timer = setTimeout(run, 250);
  };
}
