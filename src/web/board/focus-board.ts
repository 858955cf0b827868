/** Gives the focus to the first card that Tab would come to. */
export function focusBoard(): void {
  document.querySelector<HTMLElement>('[data-card][tabindex="0"]')?.focus();
}
