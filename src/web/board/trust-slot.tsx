import { useTrustRequest } from "../state/trust.ts";
import { part } from "../ui/part.tsx";

const TrustDialog = part(() => import("./trust-dialog.tsx"));

/**
 * Where the question for trust appears: inside the dialog that led to it, so that the two know of
 * each other (which one is on top, where the focus goes back to), else on the page.
 */
export function TrustSlot() {
  const request = useTrustRequest();
  return request === null ? null : <TrustDialog request={request} />;
}
