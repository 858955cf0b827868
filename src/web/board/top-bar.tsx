import { board, useBoard, waitingCount } from "../state/board.ts";
import { go } from "../state/route.ts";
import { focusCard } from "../state/selection.ts";
import { Button } from "../ui/button.tsx";
import { Icon } from "../ui/icons.tsx";
import { tip } from "../ui/tooltip.tsx";
import { FilterField, FilterMenu, useProjectName } from "./filter-field.tsx";

/** What the whole board is about, and the way to a new task. */
export function TopBar({ tight }: { readonly tight: boolean }) {
  const project = useProjectName();
  return (
    <header className="bar">
      <h1 className="cut">{project ?? "Board"}</h1>
      {!tight && (
        <>
          <span className="sep" />
          <FilterField />
          <FilterMenu />
        </>
      )}
      <span className="grow" />
      {!tight && <RunningCount />}
      <NeedsYou />
      <Button variant="primary" icon="plus" keys="C" onClick={() => go({ dialog: "new" })}>
        <span className="wide-only">New task</span>
      </Button>
    </header>
  );
}

function RunningCount() {
  const running = useBoard((state) => state.order.running.length);
  if (running === 0) return null;
  return (
    <span className="slots">
      <span className="num">{running} running</span>
    </span>
  );
}

/** Opens whoever waits longest. */
function NeedsYou() {
  const count = useBoard(waitingCount);
  if (count === 0) return null;
  const first = (): void => {
    const id = board.getState().order.blocked[0];
    if (id === undefined) return;
    focusCard(id, "blocked");
    go({ task: id, tab: null });
  };
  return (
    <button
      type="button"
      className="btn need"
      onClick={first}
      {...tip("Open the one that waits longest")}
    >
      <Icon name="st-blocked" />
      <span className="wide-only">Needs you </span>
      <span className="num">{count}</span>
    </button>
  );
}
