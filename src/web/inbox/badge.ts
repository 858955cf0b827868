/** Side of the icon in px; browsers make it smaller themselves. */
const side = 64;

let plain: string | null = null;
let latest = 0;

/** Puts the count on the page's icon; without one it is the plain icon again. */
export function paintBadge(count: number): void {
  const link = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
  if (link === null) return;
  plain ??= link.href;
  latest = count;
  if (count === 0) {
    link.href = plain;
    return;
  }
  const image = new Image(side, side);
  image.addEventListener("load", () => {
    // Another count may have come while the icon was read.
    if (latest === count) link.href = drawn(image, count) ?? link.href;
  });
  image.src = plain;
}

function drawn(image: HTMLImageElement, count: number): string | null {
  const canvas = document.createElement("canvas");
  canvas.width = side;
  canvas.height = side;
  const pen = canvas.getContext("2d");
  if (pen === null) return null;
  pen.drawImage(image, 0, 0, side, side);
  const style = getComputedStyle(document.documentElement);
  const radius = side * 0.34;
  const at = side - radius;
  pen.beginPath();
  pen.arc(at, radius, radius, 0, 2 * Math.PI);
  // Tabs are light or dark as the browser likes: amber with a dark figure reads on both.
  pen.fillStyle = "#e8a13c";
  pen.fill();
  pen.fillStyle = "#1b1c1f";
  pen.font = `600 ${Math.round(radius * 1.45)}px ${style.getPropertyValue("--font-ui") || "sans-serif"}`;
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.fillText(count > 9 ? "9+" : String(count), at, radius * 1.06);
  return canvas.toDataURL("image/png");
}
