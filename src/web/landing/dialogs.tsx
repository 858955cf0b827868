import type { ComponentType } from "react";
import { CommandDialog } from "./command-dialog.tsx";
import { CommitDialog } from "./commit-dialog.tsx";
import { MergeDialog } from "./merge-dialog.tsx";
import { PushDialog } from "./push-dialog.tsx";
import { RebaseDialog } from "./rebase-dialog.tsx";
import { RequestDialog } from "./request-dialog.tsx";
import type { Step, StepProps } from "./step.ts";
import { WaysBack } from "./ways-back.tsx";

const dialogs: Readonly<Record<Step, ComponentType<StepProps>>> = {
  commit: CommitDialog,
  merge: MergeDialog,
  rebase: RebaseDialog,
  push: PushDialog,
  request: RequestDialog,
  command: CommandDialog,
  back: WaysBack,
};

/** The dialog of a step; fetched when the first one is wanted. */
export default function StepDialog({ step, ...props }: StepProps & { readonly step: Step }) {
  const Wanted = dialogs[step];
  return <Wanted {...props} />;
}
