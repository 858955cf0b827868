import { useState } from "react";
import type { HookCommit } from "../../contract/landing.ts";
import type { Task } from "../../contract/task.ts";
import { later } from "../state/actions.ts";
import { Button, type ButtonProps } from "../ui/button.tsx";
import { stopHooks } from "./act.ts";

export interface StopHooksProps extends Pick<ButtonProps, "size"> {
  readonly task: Task;
  readonly hooks: HookCommit;
}

/** Ends the hooks of a commit, and so the commit; its work stays as it is. */
export function StopHooks({ task, hooks, size = "m" }: StopHooksProps) {
  const [asked, setAsked] = useState(false);
  const stopping = asked || hooks.state === "stopping";
  const stop = async (): Promise<void> => {
    setAsked(true);
    await stopHooks(task);
    setAsked(false);
  };
  return (
    <Button
      size={size}
      variant={size === "s" ? "ghost" : "plain"}
      icon="stop"
      busy={stopping}
      onClick={() => later(stop())}
    >
      {stopping ? "Stopping" : size === "s" ? "Stop" : "Stop the hooks"}
    </Button>
  );
}
