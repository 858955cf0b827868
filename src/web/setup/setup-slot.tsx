import { part } from "../ui/part.tsx";
import { useSetupPath } from "./setup-state.ts";

const ProjectSetupDialog = part(() => import("./project-setup.tsx"));

/**
 * Where the set-up of a project opens: inside the dialog that led to it, so that the two know of
 * each other, else on the page.
 */
export function SetupSlot() {
  const path = useSetupPath();
  return path === null ? null : <ProjectSetupDialog key={path} path={path} />;
}
