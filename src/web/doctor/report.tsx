import { useState } from "react";
import { copyText } from "../run/copy-button.tsx";
import { later } from "../state/actions.ts";
import { Button } from "../ui/button.tsx";
import { report } from "../ui/report.ts";
import { toast } from "../ui/toast.ts";
import { callBytes } from "../wire/client.ts";
import type { DoctorLook } from "./use-doctor.ts";
import { reportLines } from "./words.ts";

/** Copies what can be shown to anyone: the server takes names, addresses and keys out of it. */
export function CopyReport({ look }: { readonly look: DoctorLook }) {
  const [busy, setBusy] = useState(false);
  const copy = async (): Promise<void> => {
    setBusy(true);
    try {
      const answer = await callBytes("GET /doctor/report", { params: {}, query: {} });
      const text = `${await answer.text()}${reportLines(look.own)}`;
      if (await copyText(text, "Report copied")) {
        toast({
          text: "Report copied",
          detail: "Names, addresses and keys were taken out; look it over before you send it.",
          tone: "good",
        });
      }
    } catch (error) {
      report(error, { what: "Could not make the report" });
    } finally {
      setBusy(false);
    }
  };
  return (
    <Button size="s" variant="ghost" icon="copy" busy={busy} onClick={() => later(copy())}>
      Copy report
    </Button>
  );
}
