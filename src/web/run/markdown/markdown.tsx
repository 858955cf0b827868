import { Component, memo, type ReactNode, useMemo, useState } from "react";
import { Blocks } from "./blocks.tsx";
import { GrowingLexer, isWild, type Token } from "./lex.ts";

export interface MarkdownProps {
  readonly text: string;
  /** Still being written. */
  readonly growing?: boolean;
}

/** What an agent wrote, as a document. Whatever cannot be read as Markdown is shown as it came. */
export const Markdown = memo(function Markdown({ text, growing = false }: MarkdownProps) {
  const [lexer] = useState(() => new GrowingLexer());
  const tokens = useMemo(() => read(lexer, text), [lexer, text]);
  if (tokens === null) return <Plain text={text} />;
  return (
    <Boundary text={text}>
      <div className="md prose">
        <Blocks tokens={tokens} growing={growing} />
      </div>
    </Boundary>
  );
});

function read(lexer: GrowingLexer, text: string): readonly Token[] | null {
  try {
    return isWild(text) ? null : lexer.read(text);
  } catch {
    return null;
  }
}

/** More than this is cut here: the whole message is one copy away. */
const longestPlain = 100_000;

function Plain({ text }: { readonly text: string }) {
  const cut = text.length > longestPlain;
  return (
    <>
      <pre className="plain">{cut ? text.slice(0, longestPlain) : text}</pre>
      {cut && (
        <p className="t3 small">
          {`${text.length - longestPlain} more characters. Copy the message to read them.`}
        </p>
      )}
    </>
  );
}

interface BoundaryProps {
  readonly text: string;
  readonly children: ReactNode;
}

/** One message that cannot be drawn must not take the transcript with it. */
class Boundary extends Component<BoundaryProps, { readonly failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError(): { failed: boolean } {
    return { failed: true };
  }

  override render(): ReactNode {
    return this.state.failed ? <Plain text={this.props.text} /> : this.props.children;
  }
}
