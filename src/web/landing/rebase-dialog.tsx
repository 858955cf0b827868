import { useQuery } from "@tanstack/react-query";
import { useRef } from "react";
import { counted } from "../../domain/transcript-words.ts";
import { Dialog } from "../ui/dialog.tsx";
import { rebaseWork } from "./act.ts";
import { OnBranch } from "./commit-dialog.tsx";
import { suggestionsQuery } from "./data.ts";
import { isConflict } from "./merge-dialog.tsx";
import { AskButton, DialogFoot, onSubmitKey, TroubleNote } from "./parts.tsx";
import type { StepProps } from "./step.ts";
import { useDoing } from "./use-doing.ts";

/** Puts the branch's commits on top of where its base is now. */
export function RebaseDialog({ task, landing, onClose }: StepProps) {
  const start = useRef<HTMLDivElement>(null);
  const base = landing.base?.branch ?? task.baseRef ?? "the base";
  const suggestions = useQuery(suggestionsQuery(task.id));
  const doing = useDoing(task.id);
  const { ahead, behind, dirtyFiles } = landing;
  const blocked = behind === 0 ? `The branch is up to date with ${base}.` : null;
  const submit = (): void => {
    if (blocked !== null) return;
    doing.run(async (key) => {
      await rebaseWork(task, base, key);
      onClose();
    });
  };
  const files = doing.trouble?.files ?? [];
  return (
    <Dialog
      title={`Rebase onto ${base}`}
      aside={<OnBranch branch={landing.branch} />}
      initialFocus={start}
      onClose={onClose}
      className="land-sheet"
    >
      {/* biome-ignore lint/a11y/noStaticElementInteractions: keys of the fields in it */}
      <div className="sheet-body" onKeyDown={onSubmitKey(submit)} ref={start} tabIndex={-1}>
        <p>
          {`${base} is ${counted(behind, "commit")} further on. ${counted(ahead, "commit")} of this branch go on top of that, one by one; authors and messages stay.`}
        </p>
        <p className="t2">
          {dirtyFiles > 0 &&
            `${counted(dirtyFiles, "uncommitted file")} ${dirtyFiles === 1 ? "is" : "are"} carried over. `}
          If a commit conflicts, nothing happens and you see where.
        </p>
        {doing.trouble !== null && (
          <TroubleNote
            trouble={doing.trouble}
            {...(isConflict(doing.trouble)
              ? {
                  actions: (
                    <AskButton
                      task={task}
                      label="Ask the agent to resolve"
                      text={suggestions.data?.askToResolve ?? rebaseWords(base, files)}
                      what="to resolve the conflicts"
                      onAsked={onClose}
                      variant="primary"
                    />
                  ),
                }
              : {})}
          />
        )}
      </div>
      <DialogFoot
        label="Rebase"
        doing={doing}
        working="Rebasing"
        blocked={blocked}
        submit={submit}
        onClose={onClose}
      />
    </Dialog>
  );
}

/** A single commit can conflict although the whole does not; then the server has no words for it. */
function rebaseWords(base: string, files: readonly string[]): string {
  return [
    `Please rebase your branch onto \`${base}\` (\`git rebase ${base}\`); it conflicts in:`,
    ...files.map((file) => `- ${file}`),
    "",
    "Resolve the conflicts so that both sides' intent holds, run the tests, and finish the rebase. Do not push.",
  ].join("\n");
}
