import "./rules.css";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { later } from "../state/actions.ts";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { announce } from "../ui/live-region.tsx";
import { inWords, report } from "../ui/report.ts";
import { Ago } from "../ui/time.tsx";
import { call } from "../wire/client.ts";
import { RuleText } from "./rule-text.tsx";

export interface RulesProps {
  readonly taskId: string;
  readonly onClose: () => void;
}

/** What is always allowed in one task, each with the way to take it back. */
export default function Rules({ taskId, onClose }: RulesProps) {
  const client = useQueryClient();
  const queryKey = ["rules", taskId];
  const { data, error } = useQuery({
    queryKey,
    queryFn: async ({ signal }) =>
      (await call("GET /tasks/:id/rules", { params: { id: taskId }, signal })).rules,
    staleTime: 0,
  });
  const revoke = async (ruleId: string): Promise<void> => {
    try {
      await call("DELETE /tasks/:id/rules/:ruleId", { params: { id: taskId, ruleId } });
      announce("Revoked");
    } catch (failure) {
      report(failure, { what: "Could not revoke", retry: () => later(revoke(ruleId)) });
    }
    await client.invalidateQueries({ queryKey });
  };
  return (
    <Dialog title="Always allowed in this task" onClose={onClose} className="rules">
      {error !== null && <p className="s-failed">{inWords(error).text}</p>}
      {data?.length === 0 && (
        <p className="t2">
          Nothing yet. “Always, this task” on a request puts its exact rule here, and here it can be
          taken back.
        </p>
      )}
      {data !== undefined && data.length > 0 && (
        <ul>
          {data.map((rule) => (
            <li key={rule.id}>
              <span className="grow">
                <RuleText rule={rule} />
              </span>
              <span className="small t3">
                <Ago at={rule.createdAt} />
              </span>
              <Button size="s" onClick={() => later(revoke(rule.id))}>
                Revoke
              </Button>
            </li>
          ))}
        </ul>
      )}
    </Dialog>
  );
}
