/** What decides where the letters of a field stand. */
const copied = [
  "boxSizing",
  "fontFamily",
  "fontSize",
  "fontWeight",
  "letterSpacing",
  "lineHeight",
  "paddingTop",
  "paddingRight",
  "paddingBottom",
  "paddingLeft",
  "tabSize",
  "textIndent",
  "fontVariantLigatures",
] as const;

export interface Place {
  /** In px of the window. */
  readonly left: number;
  readonly top: number;
  readonly bottom: number;
}

/** Where the letter at an index of a field stands: a browser tells that only of text that is drawn. */
export function placeOf(field: HTMLTextAreaElement, index: number): Place {
  const style = getComputedStyle(field);
  const mirror = document.createElement("div");
  for (const name of copied) mirror.style[name] = style[name];
  Object.assign(mirror.style, {
    position: "fixed",
    visibility: "hidden",
    whiteSpace: "pre-wrap",
    overflowWrap: "break-word",
    width: `${field.clientWidth}px`,
    left: "0",
    top: "0",
  });
  mirror.textContent = field.value.slice(0, index);
  const letter = document.createElement("span");
  letter.textContent = field.value.slice(index, index + 1) || ".";
  mirror.append(letter);
  document.body.append(mirror);
  const [from, at] = [mirror.getBoundingClientRect(), letter.getBoundingClientRect()];
  mirror.remove();
  const box = field.getBoundingClientRect();
  const top = Math.max(box.top, box.top + at.top - from.top - field.scrollTop);
  return {
    left: box.left + at.left - from.left,
    top,
    bottom: Math.min(box.bottom, top + at.height),
  };
}
