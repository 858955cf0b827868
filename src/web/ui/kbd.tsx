const mac = typeof navigator !== "undefined" && /Mac|iPhone|iPad/.test(navigator.userAgent);

const names: Readonly<Record<string, string>> = {
  $mod: mac ? "⌘" : "Ctrl",
  Shift: mac ? "⇧" : "Shift",
  Alt: mac ? "⌥" : "Alt",
  Enter: "↵",
  Escape: "Esc",
  ArrowUp: "↑",
  ArrowDown: "↓",
  ArrowLeft: "←",
  ArrowRight: "→",
  Space: "Space",
};

/** A key as people read it: `$mod+Shift+Enter` is "⇧⌘↵" on a Mac, "Ctrl Shift ↵" elsewhere. */
export function readableKeys(keys: string): string {
  const parts = keys.split("+").map((part) => names[part] ?? part.toUpperCase());
  return mac ? parts.join("") : parts.join(" ");
}

/**
 * A key cap. It is drawn by the style sheet and is no text: the command beside it is named by words,
 * and a name must not end in "C".
 */
export function Kbd({ keys }: { readonly keys: string }) {
  return <kbd data-keys={readableKeys(keys)} />;
}
