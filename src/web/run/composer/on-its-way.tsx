import { useEffect, useState } from "react";
import { Icon } from "../../ui/icons.tsx";

/** An answer that comes sooner needs no words, in ms. */
const patience = 1_000;

/** A message that the server has not taken yet. What is typed meanwhile is the next one. */
export function OnItsWay({ text }: { readonly text: string }) {
  const [late, setLate] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), patience);
    return () => clearTimeout(timer);
  }, []);
  return (
    <p className={late ? "told small" : "sr"} role="status">
      {late && (
        <>
          <Icon name="clock" size={14} className="t3" />
          <span className="t2 nb">Sending</span>
          <span className="t3 cut grow">{text}</span>
        </>
      )}
    </p>
  );
}
