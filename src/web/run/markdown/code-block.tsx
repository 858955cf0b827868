import { CodeLine } from "../../code/code-line.tsx";
import { useHighlight } from "../../code/highlight.ts";
import { languageNamed } from "../../code/language-of.ts";
import { CopyButton } from "../copy-button.tsx";

export interface CodeBlockProps {
  readonly code: string;
  /** The word after the fence. */
  readonly language: string;
  /** Still being written: colours wait until it stands. */
  readonly growing?: boolean;
}

/** A block of code with its language and a button that copies exactly what is seen. */
export function CodeBlock({ code, language, growing = false }: CodeBlockProps) {
  const lines = useHighlight(code, growing ? "" : languageNamed(language));
  return (
    <figure className="code">
      <figcaption className="cap">
        <span className="grow">{language === "" ? "Text" : language}</span>
        <CopyButton text={() => code} label="Copy code" />
      </figcaption>
      <section
        className="slide"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls has to be reachable
        tabIndex={0}
        aria-label={language === "" ? "Code" : `Code, ${language}`}
      >
        <pre>
          {lines === null
            ? code
            : code.split("\n").map((text, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: a line has no other name
                <span key={index}>
                  <CodeLine text={text} tokens={lines[index]} />
                  {"\n"}
                </span>
              ))}
        </pre>
      </section>
    </figure>
  );
}
