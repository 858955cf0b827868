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

/** A key cap. The command it stands beside is named by words, so it is not read out. */
export function Kbd({ keys }: { readonly keys: string }) {
  return (
    <span aria-hidden="true" className="keycap">
      <kbd>{readableKeys(keys)}</kbd>
    </span>
  );
}
