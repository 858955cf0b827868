const signatures: readonly { readonly type: string; readonly bytes: readonly number[] }[] = [
  { type: "image/png", bytes: [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a] },
  { type: "image/jpeg", bytes: [0xff, 0xd8, 0xff] },
  { type: "image/gif", bytes: [0x47, 0x49, 0x46, 0x38] },
  { type: "application/pdf", bytes: [0x25, 0x50, 0x44, 0x46, 0x2d] },
];

/** The media type of bytes by what they are, never by what they are called; null = not accepted. */
export function sniff(bytes: Uint8Array): string | null {
  for (const { type, bytes: head } of signatures) {
    if (head.every((byte, index) => bytes[index] === byte)) {
      return type;
    }
  }
  const ascii = new TextDecoder("latin1").decode(bytes.subarray(0, 12));
  if (ascii.startsWith("RIFF") && ascii.slice(8) === "WEBP") {
    return "image/webp";
  }
  return isText(bytes) ? "text/plain" : null;
}

/**
 * The type of an image that a page may show, by its bytes. An SVG is none: it is a document that can
 * run scripts.
 */
export function imageType(bytes: Uint8Array): string | null {
  const known = sniff(bytes);
  if (known?.startsWith("image/")) {
    return known;
  }
  const head = new TextDecoder("latin1").decode(bytes.subarray(0, 12));
  if (/^....ftyp(?:avif|avis)/s.test(head)) {
    return "image/avif";
  }
  // Both are short signatures: what follows must fit as well.
  if (head.startsWith("BM") && head.slice(6, 10) === "\0\0\0\0") {
    return "image/bmp";
  }
  return head.startsWith("\0\0\x01\0") && bytes[4] !== 0 && bytes[5] === 0 ? "image/x-icon" : null;
}

function isText(bytes: Uint8Array): boolean {
  if (bytes.length === 0 || bytes.includes(0)) {
    return false;
  }
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}
