import { useQuery } from "@tanstack/react-query";
import type { Task } from "../../../contract/task.ts";
import { Button } from "../../ui/button.tsx";
import { Icon } from "../../ui/icons.tsx";
import { call } from "../../wire/client.ts";
import { AttachButton } from "./terminal-tab.tsx";

/** The agent waits in its own terminal for something only a person can do there. */
export function NeedsTerminal(props: { readonly task: Task; readonly onShow: () => void }) {
  const { task, onShow } = props;
  const { data } = useQuery({
    queryKey: ["attach", task.id, task.runId],
    queryFn: async ({ signal }) =>
      (await call("GET /tasks/:id/terminal", { params: { id: task.id }, signal })).terminal
        .attachCommand,
  });
  return (
    <section className="ask" aria-label="Needs the terminal">
      <div className="top">
        <Icon name="st-blocked" className="s-blocked" />
        <b>The agent waits in its terminal</b>
      </div>
      <div className="body">
        <p className="t2">
          It shows a prompt we cannot answer safely. Attach to its terminal, answer there, and leave
          it again: the run goes on by itself.
        </p>
        {data !== undefined && <pre className="cmd">{data}</pre>}
      </div>
      <div className="acts">
        {data !== undefined && <AttachButton command={data} />}
        <Button size="s" variant="ghost" icon="t-shell" onClick={onShow}>
          Show the terminal
        </Button>
      </div>
    </section>
  );
}
