import { lazy, Suspense } from "react";
import { useTrustRequest } from "../state/trust.ts";
import { patient } from "../ui/patient.ts";

const TrustDialog = lazy(patient(() => import("./trust-dialog.tsx")));

/**
 * Where the question for trust appears: inside the dialog that led to it, so that the two know of
 * each other (which one is on top, where the focus goes back to), else on the page.
 */
export function TrustSlot() {
  const request = useTrustRequest();
  return request === null ? null : (
    <Suspense fallback={null}>
      <TrustDialog request={request} />
    </Suspense>
  );
}
