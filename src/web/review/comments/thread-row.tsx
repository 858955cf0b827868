import { cx } from "../../ui/cx.ts";
import { useFacts } from "../data/context.ts";
import { useReader } from "../data/reader.ts";
import type { Row } from "../rows/rows.ts";
import { CommentBox } from "./comment-box.tsx";
import { EditorBox } from "./editor-box.tsx";

export interface ThreadRowProps {
  readonly row: Extract<Row, { kind: "thread" }>;
  readonly leave: () => void;
}

/** What was said about a line, a file or the whole, one below the other. */
export function ThreadRow({ row, leave }: ThreadRowProps) {
  const { comments } = useFacts();
  const editors = useReader((reader) => reader.editors);
  const wide = row.placed.every(({ line }) => line === null);
  const old = row.placed.every(({ side }) => side === "old");
  return (
    <div className={cx("thread", wide && "wide", old && "old")}>
      {row.placed.map(({ id }) => {
        const editor = editors.get(id);
        const comment = comments.get(id);
        if (editor !== undefined) return <EditorBox key={id} editor={editor} leave={leave} />;
        if (comment === undefined) return null;
        return <CommentBox key={id} comment={comment} loose={row.loose} />;
      })}
    </div>
  );
}
