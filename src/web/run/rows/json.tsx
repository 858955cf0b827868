import { useState } from "react";
import { Icon } from "../../ui/icons.tsx";
import { CopyButton } from "../copy-button.tsx";

export interface JsonProps {
  readonly value: unknown;
  readonly label: string;
}

/** A value as a tree that opens. */
export function Json({ value, label }: JsonProps) {
  return (
    <div className="inset">
      <div className="cap">
        <span className="grow">{label}</span>
        <CopyButton text={() => JSON.stringify(value, null, 2) ?? ""} label={`Copy ${label}`} />
      </div>
      <div className="json">
        <Node name={null} value={value} depth={0} />
      </div>
    </div>
  );
}

interface NodeProps {
  readonly name: string | null;
  readonly value: unknown;
  readonly depth: number;
}

/** The first entries of a list or an object; the rest is one press away. */
const atOnce = 50;

function Node({ name, value, depth }: NodeProps) {
  const [open, setOpen] = useState(depth < 2);
  const [limit, setLimit] = useState(atOnce);
  const label = name === null ? null : <span className="f">{name}: </span>;
  if (typeof value !== "object" || value === null) {
    return (
      <div className="node">
        {label}
        <Scalar value={value} />
      </div>
    );
  }
  const list = Array.isArray(value);
  const entries = Object.entries(value);
  const size = `${list ? "[" : "{"}${entries.length}${list ? "]" : "}"}`;
  return (
    <div className="node">
      <button type="button" className="twig" aria-expanded={open} onClick={() => setOpen(!open)}>
        <Icon name={open ? "chev-d" : "chev-r"} size={12} />
        {label}
        <span className="c">{size}</span>
      </button>
      {open && (
        <div className="twigs">
          {entries.slice(0, limit).map(([key, inner]) => (
            <Node key={key} name={key} value={inner} depth={depth + 1} />
          ))}
          {entries.length > limit && (
            <button type="button" className="link" onClick={() => setLimit(limit + 500)}>
              {`${entries.length - limit} more`}
            </button>
          )}
        </div>
      )}
    </div>
  );
}

function Scalar({ value }: { readonly value: unknown }) {
  if (typeof value === "string") return <span className="c-s">{JSON.stringify(value)}</span>;
  if (typeof value === "number" || typeof value === "boolean" || value === null) {
    return <span className="c-n">{String(value)}</span>;
  }
  return <span className="c">{String(value)}</span>;
}
