/** One measured figure against its budget and against something measured in the same run. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: "ms" | "MB" | "KB" | "per s" | "px" | "nodes" | "times";
  readonly budget: number;
  /** Larger is better for rates; everything else wants to be small. */
  readonly wants: "at most" | "at least";
  /** What it is compared with, measured in the same run on the same machine. */
  readonly against: { readonly name: string; readonly value: number } | null;
}

export function within(figure: Figure): boolean {
  return figure.wants === "at most" ? figure.value <= figure.budget : figure.value >= figure.budget;
}

/** Prints figures as they come, one line each. */
export function print(figure: Figure): void {
  const round = (value: number) => (value < 10 ? value.toFixed(2) : value.toFixed(0));
  const sign = figure.wants === "at most" ? "≤" : "≥";
  const ratio =
    figure.against === null
      ? ""
      : `${round(figure.value / figure.against.value)}× ${figure.against.name} (${round(figure.against.value)} ${figure.unit})`;
  const cells = [
    figure.name.padEnd(58),
    `${round(figure.value)} ${figure.unit}`.padStart(12),
    `${sign} ${round(figure.budget)} ${figure.unit}`.padStart(14),
    (within(figure) ? "ok" : "OVER").padEnd(5),
    ratio,
  ];
  process.stdout.write(`${cells.join("  ")}\n`);
}

export function median(values: readonly number[]): number {
  return percentile(values, 50);
}

export function percentile(values: readonly number[], percent: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const at = Math.min(sorted.length - 1, Math.ceil((percent / 100) * sorted.length) - 1);
  return sorted[Math.max(0, at)] ?? Number.NaN;
}
