import { CSPProvider } from "@base-ui/react/csp-provider";
import { QueryClientProvider } from "@tanstack/react-query";
import { useEffect } from "react";
import { Shell } from "./board/shell.tsx";
import { startFeed } from "./state/feed.ts";
import { loadPrefs } from "./state/prefs.ts";
import { queries } from "./state/queries.ts";
import { tell } from "./tell.ts";
import { LiveRegion } from "./ui/live-region.tsx";
import { report } from "./ui/report.ts";
import { toast } from "./ui/toast.ts";
import { Toasts } from "./ui/toasts.tsx";
import { TooltipLayer } from "./ui/tooltip.tsx";
import { refuse } from "./wire/client.ts";

/** The page of somebody who is in. */
export function App({ token }: { readonly token: string }) {
  useEffect(() => {
    loadPrefs().catch(report);
    return startFeed(token, {
      refused: refuse,
      failed: report,
      news: tell,
      notice: ({ data }) => {
        // Part of every start: it stands in the transcript.
        if (data.code === "files_copied") return;
        toast({
          text: data.message,
          detail: data.hint,
          tone: data.level === "error" ? "bad" : "plain",
        });
      },
    });
  }, [token]);
  return (
    // Our policy allows no inline style sheet; what Base UI would put in one stands in overlay.css.
    <CSPProvider disableStyleElements>
      <QueryClientProvider client={queries}>
        <Shell />
        <Toasts />
        <TooltipLayer />
        <LiveRegion />
      </QueryClientProvider>
    </CSPProvider>
  );
}
