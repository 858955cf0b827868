import type { ReactNode } from "react";
import { decodeEntities, lexInline, safeHref, type Token } from "./lex.ts";

/** Inline Markdown as React elements. HTML in it is text; nothing of it is ever markup. */
export function Inline({ text }: { readonly text: string }) {
  return <>{inlineOf(lexInline(text), text)}</>;
}

function inlineOf(tokens: readonly Token[] | null | undefined, fallback: string): ReactNode {
  if (tokens === null || tokens === undefined || tokens.length === 0) return fallback;
  // biome-ignore lint/suspicious/noArrayIndexKey: the parts of one text have no other name
  return tokens.map((token, index) => <Part key={index} token={token} />);
}

function Part({ token }: { readonly token: Token }): ReactNode {
  const text = "text" in token && typeof token.text === "string" ? token.text : token.raw;
  switch (token.type) {
    case "strong":
      return <strong>{inlineOf(token.tokens, text)}</strong>;
    case "em":
      return <em>{inlineOf(token.tokens, text)}</em>;
    case "del":
      return <del>{inlineOf(token.tokens, text)}</del>;
    case "codespan":
      return <code>{text}</code>;
    case "br":
      return <br />;
    case "escape":
      return decodeEntities(text);
    case "link":
      return <Link href={String(token["href"])}>{inlineOf(token.tokens, text)}</Link>;
    case "image":
      return <Image href={String(token["href"])} text={text} />;
    case "checkbox":
      return null;
    case "text":
      return token.tokens === undefined ? decodeEntities(text) : inlineOf(token.tokens, text);
    default:
      // HTML, and whatever a later version of the lexer may know: as it was written.
      return token.raw;
  }
}

function Link({ href, children }: { readonly href: string; readonly children: ReactNode }) {
  const safe = safeHref(href);
  // A path of the repository, or something that must not be followed.
  if (safe === null) return <span title={href}>{children}</span>;
  return (
    <a href={safe} target="_blank" rel="noopener noreferrer nofollow" title={safe}>
      {children}
    </a>
  );
}

/** An image is never loaded: fetching it would tell its server what the agent put into the address. */
function Image({ href, text }: { readonly href: string; readonly text: string }) {
  const label = text === "" ? "Image" : `Image: ${text}`;
  return safeHref(href) === null ? (
    <span className="md-image">{label}</span>
  ) : (
    <Link href={href}>{label}</Link>
  );
}
