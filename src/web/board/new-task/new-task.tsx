import { go } from "../../state/route.ts";
import { Dialog } from "../../ui/dialog.tsx";

export default function NewTask() {
  return (
    <Dialog title="New task" onClose={() => go({ dialog: null })}>
      <p />
    </Dialog>
  );
}
