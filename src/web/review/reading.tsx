import { useEffect, useState } from "react";
import { later } from "../state/actions.ts";
import { Banner } from "../ui/bits.tsx";
import { Button, IconButton } from "../ui/button.tsx";
import { cx } from "../ui/cx.ts";
import { useHotkeys } from "../ui/hotkeys.ts";
import { announce } from "../ui/live-region.tsx";
import { setViewed } from "./data/act.ts";
import { useFacts } from "./data/context.ts";
import { useNavigator } from "./data/navigator.ts";
import { setFold, useReader, useReaderStore } from "./data/reader.ts";
import { ChangesView } from "./diff/changes-view.tsx";
import { FilesPane } from "./tree/files-pane.tsx";

export interface ReadingProps {
  /** Comments could not be read: how to try again. */
  readonly failed: (() => void) | null;
}

/** Files on the left, all that changed in them beside it. */
export function Reading({ failed }: ReadingProps) {
  const navigator = useNavigator();
  const [drawer, setDrawer] = useState(false);
  useReadingKeys();
  // The diff has the keyboard at once; only what a person put the focus on keeps it.
  useEffect(() => {
    const active = document.activeElement;
    if (active === null || active === document.body) navigator.current?.focus();
  }, [navigator]);
  return (
    <>
      {failed !== null && (
        <Banner
          actions={
            <Button variant="ghost" size="s" onClick={failed}>
              Try again
            </Button>
          }
        >
          Comments and marks could not be read. What has changed stands here all the same.
        </Banner>
      )}
      <div className={cx("rv-body", drawer && "is-drawn")}>
        <IconButton
          icon="panel"
          size="s"
          label={drawer ? "Close the files" : "Files"}
          className="drawer-button"
          aria-expanded={drawer}
          onClick={() => setDrawer(!drawer)}
        />
        <FilesPane
          drawer={drawer}
          onPick={() => setDrawer(false)}
          onOpen={() => setDrawer(true)}
          onClose={() => {
            setDrawer(false);
            navigator.current?.focus();
          }}
        />
        <ChangesView />
      </div>
    </>
  );
}

/** Keys that go from file to file. */
function useReadingKeys(): void {
  const { task, shown, seen } = useFacts();
  const store = useReaderStore();
  const navigator = useNavigator();
  const current = useReader((reader) => reader.current);
  const index = shown.files.findIndex(({ path }) => path === current);
  const to = (at: number): void => {
    const file = shown.files[at];
    if (file === undefined) return;
    navigator.current?.toFile(file.path);
    navigator.current?.focus();
    announce(`${file.path}, file ${at + 1} of ${shown.files.length}`);
  };
  const view = (): void => {
    const file = shown.files[index];
    if (file === undefined) return;
    const viewed = seen.of(file) !== "yes";
    setFold(store, file.path, viewed);
    later(setViewed(task, [file], viewed));
    announce(viewed ? `${file.path} viewed` : `${file.path} not viewed`);
    if (!viewed) return;
    const rest = [...shown.files.slice(index + 1), ...shown.files.slice(0, index)];
    const next = rest.find((one) => seen.of(one) !== "yes");
    if (next !== undefined) navigator.current?.toFile(next.path);
  };
  useHotkeys([
    { id: "files.next", label: "Next file", keys: ["]"], run: () => to(index + 1) },
    { id: "files.previous", label: "Previous file", keys: ["["], run: () => to(index - 1) },
    { id: "files.viewed", label: "Mark the file as viewed", keys: ["v"], run: view },
    {
      id: "files.alone",
      label: "Only this file",
      keys: ["f"],
      run: () => {
        const { alone } = store.getState();
        store.setState({ alone: !alone });
        announce(alone ? "All files" : "Only this file");
      },
    },
  ]);
}
