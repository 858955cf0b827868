import "./styles.ts";
import { createRoot } from "react-dom/client";
import { App } from "./app.tsx";
import { guardDrops } from "./attach/guard-drops.ts";
import { Door } from "./door.tsx";
import { loadBoard } from "./state/load.ts";
import { applyTheme } from "./state/prefs.ts";
import { followHistory } from "./state/route.ts";
import { answerOtherTabs, type Entry, enter, forgetToken, storedToken } from "./wire/auth.ts";
import { setSession } from "./wire/client.ts";

const container = document.getElementById("root");
if (container === null) throw new Error("index.html has no #root");
const root = createRoot(container);

function show(entry: Entry): void {
  if (entry.kind === "out") {
    root.render(<Door why={entry.why} />);
    return;
  }
  // The first look does not wait for the stream; once that is live, the board is read again and
  // tells of failures.
  loadBoard().catch(() => undefined);
  root.render(<App token={entry.token} />);
}

setSession({
  token: storedToken,
  refused() {
    if (storedToken() === null) return;
    forgetToken();
    root.render(<Door why="expired" />);
  },
});

applyTheme();
guardDrops(window);
followHistory();
answerOtherTabs();
enter().then(show, (error: unknown) => {
  // Storage may be switched off in this browser; the door says what is needed.
  root.render(<Door why="no-storage" />);
  throw error;
});
