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
  Delete: "Del",
  Home: "Home",
  End: "End",
};

/** A key as people read it: `$mod+Shift+Enter` is "⇧⌘↵" on a Mac, "Ctrl Shift ↵" elsewhere. */
export function readableKeys(keys: string): string {
  const parts = keys.split("+").map((part) => names[part] ?? part.toUpperCase());
  return mac ? parts.join("") : parts.join(" ");
}

const spoken: Readonly<Record<string, string>> = {
  $mod: mac ? "Command" : "Control",
  ArrowUp: "Up",
  ArrowDown: "Down",
  ArrowLeft: "Left",
  ArrowRight: "Right",
};

/** A key as it is said: "Control Enter", "G then I". */
export function spokenKeys(keys: string): string {
  const one = (press: string): string =>
    press
      .split("+")
      .map((part) => spoken[part] ?? (part.length === 1 ? part.toUpperCase() : part))
      .join(" ");
  return keys.split(" ").map(one).join(" then ");
}

/**
 * A key cap. It is drawn by the style sheet and is no text: the command beside it is named by words,
 * and a name must not end in "C".
 */
export function Kbd({ keys }: { readonly keys: string }) {
  return <kbd data-keys={readableKeys(keys)} />;
}
