import { lazy, Suspense } from "react";
import { patient } from "../ui/patient.ts";
import { useSetupPath } from "./setup-state.ts";

const ProjectSetupDialog = lazy(patient(() => import("./project-setup.tsx")));

/**
 * Where the set-up of a project opens: inside the dialog that led to it, so that the two know of
 * each other, else on the page.
 */
export function SetupSlot() {
  const path = useSetupPath();
  return path === null ? null : (
    <Suspense fallback={null}>
      <ProjectSetupDialog key={path} path={path} />
    </Suspense>
  );
}
