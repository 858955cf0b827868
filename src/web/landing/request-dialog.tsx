import { useQuery } from "@tanstack/react-query";
import { useRef, useState } from "react";
import type { PullRequest } from "../../contract/landing.ts";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { Field } from "../ui/field.tsx";
import { Icon } from "../ui/icons.tsx";
import { Ago } from "../ui/time.tsx";
import { openRequest, readRequest } from "./act.ts";
import { OnBranch } from "./commit-dialog.tsx";
import { suggestionsQuery } from "./data.ts";
import { useWords } from "./drafts.ts";
import {
  Check,
  CommandLine,
  DialogFoot,
  MessageField,
  onSubmitKey,
  TroubleNote,
} from "./parts.tsx";
import type { StepProps } from "./step.ts";
import { useDoing } from "./use-doing.ts";
import { inkOf, requestWords } from "./words.ts";

/** Opens a pull request, or shows how the one that is there stands. */
export function RequestDialog(props: StepProps) {
  const { pullRequest } = props.landing;
  const over = pullRequest === null || pullRequest.state === "closed";
  return over ? <NewRequest {...props} /> : <OpenedRequest {...props} request={pullRequest} />;
}

function NewRequest({ task, landing, onClose, toStep }: StepProps) {
  const field = useRef<HTMLInputElement>(null);
  const suggestions = useQuery(suggestionsQuery(task.id));
  const title = useWords(task.id, "request-title", suggestions.data?.pullRequest.title ?? "");
  const body = useWords(task.id, "request-body", suggestions.data?.pullRequest.body ?? "");
  const [draft, setDraft] = useState(false);
  const doing = useDoing(task.id);
  const { forge, remote } = landing;
  const blocked =
    forge?.available !== true
      ? "Not from here yet."
      : title.text.trim() === ""
        ? "It needs a title."
        : null;
  const submit = (): void => {
    if (blocked !== null) return;
    doing.run(async (key) => {
      const words = { title: title.text.trim(), body: body.text };
      await openRequest(task, { ...words, ...(draft ? { draft } : {}) }, key);
      title.forget();
      body.forget();
      onClose();
    });
  };
  return (
    <Dialog
      title="Open a pull request"
      aside={<OnBranch branch={landing.branch} />}
      initialFocus={field}
      onClose={onClose}
      className="land-sheet"
    >
      {/* biome-ignore lint/a11y/noStaticElementInteractions: keys of the fields in it */}
      <div className="sheet-body" onKeyDown={onSubmitKey(submit)}>
        {forge?.available !== true && <NoForge landing={landing} />}
        <Field label="Title">
          {({ id }) => (
            <div className="field tall">
              <input
                ref={field}
                id={id}
                maxLength={300}
                value={title.text}
                placeholder={suggestions.isPending ? "Reading what changed" : ""}
                onChange={(event) => title.type(event.target.value)}
              />
            </div>
          )}
        </Field>
        <MessageField
          label="Description"
          words={body}
          waiting={suggestions.isPending}
          rows={8}
          subject={false}
        />
        <Check checked={draft} onChange={setDraft}>
          As a draft
        </Check>
        <p className="t3 small">
          {remote?.pushed === true
            ? `${remote.name} has the branch as it is.`
            : `The branch is pushed to ${remote?.name ?? "its remote"} first.`}
          {landing.dirtyFiles > 0 && " What is not committed stays here."}
        </p>
        {doing.trouble !== null && (
          <TroubleNote trouble={doing.trouble} kept="What you wrote is still here." />
        )}
      </div>
      <DialogFoot
        label={draft ? "Open as a draft" : "Open pull request"}
        doing={doing}
        working="Pushing, then opening it"
        blocked={blocked}
        submit={submit}
        onClose={onClose}
      >
        {remote !== null && forge?.available !== true && (
          <button type="button" className="btn ghost" onClick={() => toStep("push")}>
            Push the branch instead
          </button>
        )}
      </DialogFoot>
    </Dialog>
  );
}

/** Why no request can be opened from here, and what it takes. */
function NoForge({ landing: { forge, remote } }: Pick<StepProps, "landing">) {
  const login = forge === null ? null : `${forge.kind} auth login`;
  const why =
    forge?.reason ??
    (remote === null
      ? "The repository has no remote to open a pull request at."
      : `${remote.url} is on no forge that Agetor knows (GitHub or GitLab). Push the branch, and open it there by hand.`);
  return (
    <div className="in-the-way">
      <p>
        <Icon name="info" size={14} className="s-blocked" />
        <span>{login === null ? why : why.trim().replace(`: ${login}`, ":")}</span>
      </p>
      {login !== null && <CommandLine command={login} />}
    </div>
  );
}

function OpenedRequest(props: StepProps & { readonly request: PullRequest }) {
  const { task, landing, onClose, toStep, request } = props;
  const doing = useDoing(task.id);
  const start = useRef<HTMLButtonElement>(null);
  const words = requestWords(request);
  const behind = landing.remote?.pushed === false;
  return (
    <Dialog
      title={`Pull request ${words.state}`}
      aside={<OnBranch branch={landing.branch} />}
      initialFocus={start}
      onClose={onClose}
      className="land-sheet"
    >
      <div className="sheet-body">
        <p className="medium">
          <bdi>{request.title}</bdi>
        </p>
        <dl className="facts">
          <dt>Checks</dt>
          <dd>{words.checks ?? "None so far"}</dd>
          <dt>Review</dt>
          <dd>{words.review ?? "Nobody was asked"}</dd>
          <dt>Changed</dt>
          <dd>
            <Ago at={request.updatedAt} />
          </dd>
        </dl>
        {behind && (
          <p className="with-icon">
            <Icon name="t-edit" size={14} className={inkOf({ tone: "warn" })} />
            The branch has commits that are not pushed yet.
          </p>
        )}
        {doing.trouble !== null && <TroubleNote trouble={doing.trouble} />}
      </div>
      <footer>
        <Button
          ref={start}
          icon="refresh"
          busy={doing.busy}
          onClick={() => doing.run((key) => readRequest(task, key))}
        >
          Read again
        </Button>
        <span className="grow" />
        {behind && <Button onClick={() => toStep("push")}>Push</Button>}
        {request.url.startsWith("https://") && (
          <a className="btn primary" href={request.url} target="_blank" rel="noopener noreferrer">
            {request.forge === "gh" ? "Open on GitHub" : "Open on GitLab"}
            <Icon name="open" size={14} />
          </a>
        )}
      </footer>
    </Dialog>
  );
}
