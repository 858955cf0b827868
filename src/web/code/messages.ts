/** One piece of a line: its text and the index of its ink in the theme. */
export type Token = readonly [text: string, ink: number];
export type TokenLine = readonly Token[];

export interface Ask {
  readonly id: number;
  readonly code: string;
  readonly language: string;
}

export interface Told {
  readonly id: number;
  /** Null = there is no grammar for it, or it failed. */
  readonly lines: readonly TokenLine[] | null;
}
