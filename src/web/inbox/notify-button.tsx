import { useState } from "react";
import { later } from "../state/actions.ts";
import { setPref, usePref } from "../state/prefs.ts";
import { Button } from "../ui/button.tsx";

type Permission = "default" | "granted" | "denied" | "none";

function permissionNow(): Permission {
  return typeof Notification === "undefined" ? "none" : Notification.permission;
}

/** The only place where the browser is asked whether it may show notifications. */
export function NotifyButton() {
  const wanted = usePref("ui.notify");
  const [permission, setPermission] = useState(permissionNow);
  if (permission === "none") return null;
  if (permission === "denied") {
    return <span className="t3 small wide-only">Notifications are blocked by the browser</span>;
  }
  const on = permission === "granted" && wanted;
  const press = async (): Promise<void> => {
    if (permission === "granted") {
      await setPref("ui.notify", !wanted);
      return;
    }
    setPermission(await Notification.requestPermission());
    await setPref("ui.notify", true);
  };
  return (
    <Button variant="ghost" icon="bell" aria-pressed={on} onClick={() => later(press())}>
      {on ? "Notifications on" : "Notify me"}
    </Button>
  );
}
