/** A repository on a forge whose program can be used. */
export interface ForgeRepository {
  readonly kind: "gh" | "glab";
  readonly host: string;
  /** `owner/name`, with groups on GitLab. */
  readonly path: string;
}

const scheme = /^(?:https?|ssh|git):\/\/(?:[^@/]*@)?([^/:]+)(?::\d+)?\/(.+)$/;
const scp = /^(?:[^@/:]+@)?([^/:]+):(?!\/\/)(.+)$/;

/** The forge a remote's URL leads to; null when it is none that is known by its name. */
export function forgeOf(url: string): ForgeRepository | null {
  const match = scheme.exec(url) ?? scp.exec(url);
  const host = match?.[1]?.toLowerCase() ?? "";
  const path = (match?.[2] ?? "").replace(/^\/+|\/+$/g, "").replace(/\.git$/, "");
  const kind = /(^|[.-])github([.-]|$)/.test(host)
    ? "gh"
    : /(^|[.-])gitlab([.-]|$)/.test(host)
      ? "glab"
      : null;
  const parts = path.split("/");
  const wellFormed = parts.every((part) => /^[\w.~-]+$/.test(part) && !part.startsWith("-"));
  const deep = kind === "gh" ? parts.length === 2 : parts.length >= 2;
  return kind === null || !wellFormed || !deep ? null : { kind, host, path };
}

/** A remote's URL without a password that stands in it. */
export function withoutSecret(url: string): string {
  return url.replace(/^([a-z+]+:\/\/[^@/:]*):[^@/]*@/i, "$1@");
}

/** Whether git reaches it over the file system. */
export function isLocalUrl(url: string): boolean {
  if (/^file:\/\//i.test(url)) return true;
  return !/^[a-z][a-z0-9+.-]*:/i.test(url) && !/^[^/]*:/.test(url);
}
