/**
 * Types a sign as the keyboard would, so that its list opens: `@` where the caret stands, `/` at the
 * very start, where alone it means a command.
 */
export function typeSign(field: HTMLTextAreaElement | null, sign: "@" | "/"): void {
  if (field === null) return;
  field.focus();
  const at = sign === "/" ? 0 : field.selectionStart;
  const spaced =
    sign === "@" && at > 0 && !/\s/.test(field.value.charAt(at - 1)) ? ` ${sign}` : sign;
  const taken = sign === "/" && field.value.startsWith("/");
  if (!taken) field.setRangeText(spaced, at, sign === "/" ? 0 : field.selectionEnd, "end");
  else field.setSelectionRange(1, 1);
  // React hears of a change by this event; it compares with the value it wrote last.
  field.dispatchEvent(new InputEvent("input", { bubbles: true }));
}
