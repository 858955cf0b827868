import { ApiError, call } from "./client.ts";

const storageKey = "agetor.token";
const channelName = "agetor.auth";

type Word =
  | { readonly type: "ask"; readonly from: string }
  | { readonly type: "give"; readonly to: string; readonly token: string };

/** The token of this tab. `sessionStorage` is the only place it is ever kept. */
export function storedToken(): string | null {
  return sessionStorage.getItem(storageKey);
}

export function forgetToken(): void {
  sessionStorage.removeItem(storageKey);
}

function keep(token: string): string {
  sessionStorage.setItem(storageKey, token);
  return token;
}

export type Entry =
  | { readonly kind: "in"; readonly token: string }
  | { readonly kind: "out"; readonly why: "no-token" | "bad-code" | "unreachable" };

/** Gets a token: from the code in the fragment, from this tab's storage, or from another tab. */
export async function enter(): Promise<Entry> {
  const code = takeCode();
  if (code !== null) {
    try {
      const { token } = await call("POST /auth/exchange", { body: { code } });
      return { kind: "in", token: keep(token) };
    } catch (error) {
      const unreachable = error instanceof ApiError && error.code === "unreachable";
      if (storedToken() === null) {
        return { kind: "out", why: unreachable ? "unreachable" : "bad-code" };
      }
    }
  }
  const token = storedToken() ?? (await askOtherTabs());
  return token === null ? { kind: "out", why: "no-token" } : { kind: "in", token: keep(token) };
}

/** Reads the one-time code and takes it out of the address before anything else can see it. */
function takeCode(): string | null {
  const code = new URLSearchParams(location.hash.slice(1)).get("code");
  if (code !== null) history.replaceState(history.state, "", location.pathname + location.search);
  return code;
}

/** A tab that is in answers within a few milliseconds; one that sleeps is not worth waiting for. */
const askFor = 400;

function askOtherTabs(): Promise<string | null> {
  const me = crypto.randomUUID();
  const channel = new BroadcastChannel(channelName);
  return new Promise((resolve) => {
    const done = (token: string | null): void => {
      clearTimeout(timer);
      channel.close();
      resolve(token);
    };
    const timer = setTimeout(() => done(null), askFor);
    channel.addEventListener("message", ({ data }: MessageEvent<Word>) => {
      if (data.type === "give" && data.to === me) done(data.token);
    });
    channel.postMessage({ type: "ask", from: me } satisfies Word);
  });
}

/** Lets new tabs of this browser in for as long as this one is. */
export function answerOtherTabs(): () => void {
  const channel = new BroadcastChannel(channelName);
  channel.addEventListener("message", ({ data }: MessageEvent<Word>) => {
    const token = storedToken();
    if (data.type === "ask" && token !== null) {
      channel.postMessage({ type: "give", to: data.from, token } satisfies Word);
    }
  });
  return () => channel.close();
}
