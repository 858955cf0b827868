/**
 * A file that is let go beside a field would be opened by the browser in place of the board. Where no
 * field takes it, nothing happens.
 */
export function guardDrops(target: EventTarget): void {
  const refuse = (event: Event): void => {
    if (!(event instanceof DragEvent) || event.defaultPrevented) return;
    if (event.dataTransfer === null || !event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "none";
  };
  target.addEventListener("dragover", refuse);
  target.addEventListener("drop", refuse);
}
