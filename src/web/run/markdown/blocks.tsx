import type { Tokens } from "marked";
import { Fragment, memo, type ReactNode } from "react";
import { cx } from "../../ui/cx.ts";
import { Icon } from "../../ui/icons.tsx";
import { CodeBlock } from "./code-block.tsx";
import { Inline } from "./inline.tsx";
import type { Token } from "./lex.ts";

export interface BlocksProps {
  readonly tokens: readonly Token[];
  /** The last block is still being written. */
  readonly growing?: boolean;
}

/** Blocks of Markdown. Each is drawn again only when its own text has changed. */
export function Blocks({ tokens, growing = false }: BlocksProps) {
  return tokens.map((token, index) => (
    <Block
      // biome-ignore lint/suspicious/noArrayIndexKey: blocks are only ever added at the end
      key={index}
      token={token}
      raw={token.raw}
      growing={growing && index === tokens.length - 1}
    />
  ));
}

interface BlockProps {
  readonly token: Token;
  readonly raw: string;
  readonly growing: boolean;
}

const Block = memo(
  function Block({ token, growing }: BlockProps): ReactNode {
    switch (token.type) {
      case "space":
        return null;
      case "heading":
        return <Heading depth={(token as Tokens.Heading).depth} text={textOf(token)} />;
      case "code":
        return (
          <CodeBlock
            code={textOf(token)}
            language={(token as Tokens.Code).lang?.split(/\s/, 1)[0] ?? ""}
            growing={growing}
          />
        );
      case "blockquote":
        return (
          <blockquote>
            <Blocks tokens={token.tokens ?? []} growing={growing} />
          </blockquote>
        );
      case "list":
        return <List list={token as Tokens.List} growing={growing} />;
      case "table":
        return <Table table={token as Tokens.Table} />;
      case "hr":
        return <hr />;
      case "def":
        return (
          <p className="t3">
            <Inline text={token.raw.trim()} />
          </p>
        );
      case "paragraph":
        return (
          <p>
            <Inline text={textOf(token)} />
          </p>
        );
      case "text":
        return <Inline text={textOf(token)} />;
      case "checkbox":
        return null;
      default:
        // HTML and everything unknown is shown as it was written.
        return <p className="md-raw">{token.raw.trimEnd()}</p>;
    }
  },
  (before, after) => before.raw === after.raw && before.growing === after.growing,
);

function textOf(token: Token): string {
  return "text" in token && typeof token.text === "string" ? token.text : token.raw;
}

/** Headings of a message stand below the panel's own: its structure must not break the page's. */
function Heading({ depth, text }: { readonly depth: number; readonly text: string }) {
  const Tag = depth <= 1 ? "h3" : depth === 2 ? "h4" : "h5";
  return (
    <Tag>
      <Inline text={text} />
    </Tag>
  );
}

function List({ list, growing }: { readonly list: Tokens.List; readonly growing: boolean }) {
  const items = list.items.map((item, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: the items of one list have no other name
    <li key={index} className={item.task ? "task" : undefined}>
      {item.task && <TaskBox done={item.checked === true} />}
      <Blocks tokens={item.tokens} growing={growing && index === list.items.length - 1} />
    </li>
  ));
  return list.ordered ? (
    <ol start={list.start === "" ? 1 : list.start}>{items}</ol>
  ) : (
    <ul>{items}</ul>
  );
}

function TaskBox({ done }: { readonly done: boolean }) {
  return (
    <span className="md-check">
      <span className={cx("box", done && "on")}>{done && <Icon name="check" size={12} />}</span>
      <span className="sr">{done ? "done: " : "to do: "}</span>
    </span>
  );
}

function Table({ table }: { readonly table: Tokens.Table }) {
  const cell = (at: Tokens.TableCell, index: number, Tag: "th" | "td"): ReactNode => (
    <Tag key={index} className={at.align === null ? undefined : `to-${at.align}`}>
      <Inline text={at.text} />
    </Tag>
  );
  return (
    <div className="md-table">
      <table>
        <thead>
          <tr>{table.header.map((at, index) => cell(at, index, "th"))}</tr>
        </thead>
        <tbody>
          {table.rows.map((row, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a row is named by its place
            <Fragment key={index}>
              <tr>{row.map((at, place) => cell(at, place, "td"))}</tr>
            </Fragment>
          ))}
        </tbody>
      </table>
    </div>
  );
}
