import { Toast } from "@base-ui/react/toast";
import { useEffect } from "react";
import { useNow } from "../state/clock.ts";
import { Button, IconButton } from "./button.tsx";
import { Icon } from "./icons.tsx";
import { attachToasts, type ToastSpec } from "./toast.ts";

interface Data {
  readonly spec: ToastSpec;
  readonly endsAt: number;
}

const manager = Toast.createToastManager<Data>();
const newsFor = 6_000;
const failureFor = 12_000;

function show(spec: ToastSpec): void {
  const timeout = spec.timeout ?? (spec.tone === "bad" ? failureFor : newsFor);
  manager.add({
    title: spec.text,
    timeout,
    priority: spec.tone === "bad" ? "high" : "low",
    data: { spec, endsAt: Date.now() + timeout },
  });
}

/** The stack at the bottom right; pauses while the pointer or the focus is on it. */
export default function ToastLayer() {
  // The manager keeps nothing for later: only once the provider listens may it be told.
  useEffect(() => attachToasts(show), []);
  return (
    <Toast.Provider toastManager={manager} limit={4}>
      <Toast.Portal>
        <Toast.Viewport className="toasts">
          <List />
        </Toast.Viewport>
      </Toast.Portal>
    </Toast.Provider>
  );
}

function List() {
  const { toasts, close } = Toast.useToastManager<Data>();
  return toasts.map((item) => {
    const spec = item.data?.spec;
    if (spec === undefined) return null;
    const { tone = "plain", action } = spec;
    const icon = spec.icon ?? (tone === "bad" ? "st-failed" : tone === "good" ? "check" : "info");
    const ink = tone === "bad" ? "s-failed" : tone === "good" ? "s-done" : "t3";
    return (
      <Toast.Root key={item.id} toast={item} className="toast" swipeDirection={["right", "down"]}>
        <Icon name={icon} className={ink} />
        <div className="grow">
          <Toast.Title className="toast-title" />
          {spec.detail !== undefined && spec.detail !== null && (
            <Toast.Description className="small t3">{spec.detail}</Toast.Description>
          )}
        </div>
        {spec.countdown === true && item.data !== undefined && (
          <Countdown endsAt={item.data.endsAt} />
        )}
        {action !== undefined && (
          <Button
            size="s"
            {...(action.icon === undefined ? {} : { icon: action.icon })}
            onClick={() => {
              action.run();
              close(item.id);
            }}
          >
            {action.label}
          </Button>
        )}
        <IconButton icon="x" size="s" label="Dismiss" onClick={() => close(item.id)} />
      </Toast.Root>
    );
  });
}

function Countdown({ endsAt }: { readonly endsAt: number }) {
  const left = Math.max(0, Math.ceil((endsAt - useNow()) / 1000));
  return (
    <span className="ring num" aria-hidden="true">
      {left}
    </span>
  );
}
