import { useEffect, useRef } from "react";

/**
 * The name of a page in place of the board. It takes the focus when the page comes and nothing else
 * has it: what had it on the page before is gone, and Tab goes on from here.
 */
export function PageTitle({ children }: { readonly children: string }) {
  const title = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (document.activeElement === document.body) title.current?.focus({ preventScroll: true });
  }, []);
  return (
    <h1 ref={title} tabIndex={-1}>
      {children}
    </h1>
  );
}
