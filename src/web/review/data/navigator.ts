import { createContext, type RefObject, use } from "react";

/** What other parts of the review ask of the diff. */
export interface Navigator {
  /** Brings the top of a file to the top. */
  toFile(path: string): void;
  /** What comes in before a row of a file pushes that row down. */
  holdAbove(path: string, key: string): void;
  /** Gives the diff the keyboard. */
  focus(): void;
}

export const NavigatorContext = createContext<RefObject<Navigator | null> | null>(null);

/** Calls reach the diff once it is there. */
export function useNavigator(): RefObject<Navigator | null> {
  const navigator = use(NavigatorContext);
  if (navigator === null) throw new Error("a part of the review stands outside of it");
  return navigator;
}
