import { createHighlighterCore, type HighlighterCore } from "shiki/core";
import { createJavaScriptRegexEngine } from "shiki/engine/javascript";
import { grammars } from "./languages.ts";
import type { Ask, TokenLine, Told } from "./messages.ts";
import { theme } from "./theme.ts";

/** Reads code away from the page, so that a long file never holds up a frame. */

const scope = globalThis as unknown as {
  onmessage: ((event: MessageEvent<Ask>) => void) | null;
  postMessage(message: Told): void;
};

let highlighter: Promise<HighlighterCore> | null = null;

function ready(): Promise<HighlighterCore> {
  // `forgiving`: a pattern JavaScript cannot do is left out instead of losing the language.
  highlighter ??= createHighlighterCore({
    themes: [theme],
    langs: [],
    engine: createJavaScriptRegexEngine({ forgiving: true }),
  });
  return highlighter;
}

async function read({ code, language }: Ask): Promise<readonly TokenLine[] | null> {
  const load = Object.hasOwn(grammars, language) ? grammars[language] : undefined;
  if (load === undefined) return null;
  const core = await ready();
  if (!core.getLoadedLanguages().includes(language)) {
    await core.loadLanguage((await load()).default);
  }
  const { tokens } = core.codeToTokens(code, {
    lang: language,
    theme: "agetor",
    tokenizeMaxLineLength: 2000,
    // A limit per line would cut short the first lines, which pay for making the patterns. The page
    // ends a worker that takes too long.
    tokenizeTimeLimit: 0,
  });
  return tokens.map((line) =>
    line.map((token) => [token.content, Number((token.color ?? "").slice(-1)) || 0] as const),
  );
}

scope.onmessage = ({ data }) => {
  read(data).then(
    (lines) => scope.postMessage({ id: data.id, lines }),
    () => scope.postMessage({ id: data.id, lines: null }),
  );
};
