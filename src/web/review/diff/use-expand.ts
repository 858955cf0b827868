import type { ChangedFile } from "../../../contract/changes.ts";
import { plainQuery } from "../../state/changes.ts";
import { announce } from "../../ui/live-region.tsx";
import { report } from "../../ui/report.ts";
import { call } from "../../wire/client.ts";
import { useFacts } from "../data/context.ts";
import { useNavigator } from "../data/navigator.ts";
import { useReaderStore } from "../data/reader.ts";
import { type GapPart, nothingFetched, rangeOfPart, withLines } from "../rows/gaps.ts";
import type { Row } from "../rows/rows.ts";

type HunkRow = Extract<Row, { kind: "hunk" }>;

/** Fetches lines that are left out, and shows them where they belong. */
export function useExpand() {
  const { task, compared } = useFacts();
  const store = useReaderStore();
  const navigator = useNavigator();
  return async (file: ChangedFile, row: HunkRow, part: GapPart): Promise<void> => {
    if (row.gap === null) return;
    const { start, end } = rangeOfPart(row.gap, part);
    try {
      const { lines } = await call("GET /tasks/:id/changes/lines", {
        params: { id: task.id },
        query: { ...plainQuery(compared.query), path: file.path, side: "new", start, end },
      });
      navigator.current?.holdAbove(file.path, row.key);
      store.setState(({ fetched }) => {
        const before = fetched.get(file.id) ?? nothingFetched;
        const next = withLines(before, lines.start, lines.lines, lines.total);
        return { fetched: new Map(fetched).set(file.id, next) };
      });
      announce(`${lines.lines.length} lines shown`);
    } catch (error) {
      report(error, { what: "Could not show these lines" });
    }
  };
}
