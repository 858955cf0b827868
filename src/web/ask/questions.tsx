import { type KeyboardEvent, type RefObject, useId, useRef } from "react";
import { flushSync } from "react-dom";
import { later } from "../state/actions.ts";
import { Button } from "../ui/button.tsx";
import { cx } from "../ui/cx.ts";
import type { NamedKey } from "../ui/hotkeys.ts";
import { Icon } from "../ui/icons.tsx";
import { Exact } from "../ui/text.tsx";
import { answer } from "./answer.ts";
import { useDraft } from "./draft.ts";
import { Frame, type Place } from "./frame.tsx";
import { OptionList } from "./options.tsx";
import {
  choose,
  chooseOther,
  emptyForm,
  type Field,
  type Filled,
  type Form,
  fieldsOf,
  fits,
  isAnswered,
  leftOf,
  nextStep,
  toAnswer,
  withFilled,
} from "./question-state.ts";
import type { Asking } from "./words.ts";

/** Its keys in words. */
const questionKeys: readonly NamedKey[] = [
  { id: "ask.choose", label: "Choose an answer by its number", keys: ["1", "2", "3"] },
  { id: "ask.next", label: "Next question, or send", keys: ["Enter"] },
  { id: "ask.step", label: "Question before or after", keys: ["ArrowLeft", "ArrowRight"] },
  { id: "ask.send", label: "Send, from a field", keys: ["$mod+Enter"] },
];

/** One question or a few; what is filled in is kept until it is sent. */
export function QuestionsForm({ ask, place }: { readonly ask: Asking; readonly place: Place }) {
  const fields = fieldsOf(ask);
  const [form, change] = useDraft(ask.id, () => emptyForm(fields), fits(fields));
  const step = Math.min(Math.max(0, form.step), fields.length - 1);
  const field = fields[step];
  const filled = form.filled[step];
  const given = toAnswer(ask, form);
  const left = leftOf(form);
  const other = useRef<HTMLTextAreaElement>(null);
  if (field === undefined || filled === undefined) return null;

  const send = (): void => {
    if (given !== null) later(answer(ask, given));
  };
  const fill = (fold: (before: Filled) => Filled): void =>
    change((before) => withFilled(before, step, fold));
  const go = (to: number): void => change((before) => ({ ...before, step: to }));
  const next = (): void => {
    if (given !== null) send();
    else if (isAnswered(filled)) go(nextStep(form, step));
  };
  const toOther = (): void => {
    // Before the next key: what is typed now belongs into the field.
    flushSync(() => fill((before) => chooseOther(before, field)));
    other.current?.focus();
  };
  const keys = {
    ...numberKeys(field, (label) => fill((before) => choose(before, field, label)), toOther),
    enter: next,
    arrowright: () => go(Math.min(step + 1, fields.length - 1)),
    arrowleft: () => go(Math.max(step - 1, 0)),
  };
  return (
    <Frame ask={ask} place={place}>
      {(guard, card) => ({
        shortcuts: "1 2 3 Enter",
        named: questionKeys,
        keys,
        chips: fields.length > 1 && (
          <span className="t3 small num">{`${fields.length - left} answered`}</span>
        ),
        body: (
          <>
            {fields.length > 1 && <Steps fields={fields} form={form} step={step} onStep={go} />}
            <Question
              key={step}
              field={field}
              filled={filled}
              other={other}
              onChoose={(label) => fill((before) => choose(before, field, label))}
              onOther={toOther}
              onText={(text) => fill((before) => ({ ...before, text, other: true }))}
              onTextKey={(event) => onTextKey(event, next, () => card()?.focus())}
            />
          </>
        ),
        acts: (
          <>
            {left > 0 && fields.length > 1 && step < fields.length - 1 ? (
              <Button
                variant="primary"
                keys="Enter"
                aria-disabled={!guard.seen}
                disabled={!isAnswered(filled)}
                onClick={next}
              >
                Next question
              </Button>
            ) : (
              <Button
                variant="primary"
                keys="Enter"
                aria-disabled={!guard.seen}
                disabled={given === null}
                onClick={() => {
                  if (guard.seen) send();
                }}
              >
                {fields.length > 1 ? "Send answers" : "Send answer"}
              </Button>
            )}
            <span className="t3 small">{hintOf(field, left, fields.length)}</span>
          </>
        ),
      })}
    </Frame>
  );
}

function hintOf(field: Field, left: number, count: number): string {
  if (left === 0) return "";
  if (count > 1) return `${left} of ${count} left. The draft is kept.`;
  return field.options.length > 0 ? "Number keys choose. The draft is kept." : "The draft is kept.";
}

function onTextKey(event: KeyboardEvent, send: () => void, leave: () => void): void {
  if (event.nativeEvent.isComposing) return;
  const sends = event.key === "Enter" && (event.ctrlKey || event.metaKey);
  if (!sends && event.key !== "Escape") return;
  event.preventDefault();
  event.stopPropagation();
  if (sends) send();
  else leave();
}

/** 1 to 9 for the options in their order, and the number after the last for "Other". */
function numberKeys(
  field: Field,
  pick: (label: string) => void,
  pickOther: () => void,
): Record<string, () => void> {
  const keys: Record<string, () => void> = {};
  for (const [index, { label }] of field.options.slice(0, 9).entries()) {
    keys[String(index + 1)] = () => pick(label);
  }
  if (field.allowText && field.options.length < 9) {
    keys[String(field.options.length + 1)] = pickOther;
  }
  return keys;
}

interface StepsProps {
  readonly fields: readonly Field[];
  readonly form: Form;
  readonly step: number;
  readonly onStep: (step: number) => void;
}

/** Where one is among several questions; each can be gone back to. */
function Steps({ fields, form, step, onStep }: StepsProps) {
  return (
    <ol className="steps" aria-label="Questions">
      {fields.map((field, index) => {
        const done = form.filled[index] !== undefined && isAnswered(form.filled[index]);
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: a question is named by its place
          <li key={index}>
            <button
              type="button"
              className={cx("step", index === step && "on", done && "done")}
              aria-current={index === step ? "step" : undefined}
              onClick={() => onStep(index)}
            >
              {done ? <Icon name="check" size={12} /> : <span className="num">{index + 1}</span>}
              <span className="cut">
                <Exact>{field.header === "" ? `Question ${index + 1}` : field.header}</Exact>
              </span>
              {done && <span className="sr">, answered</span>}
            </button>
          </li>
        );
      })}
    </ol>
  );
}

interface QuestionProps {
  readonly field: Field;
  readonly filled: Filled;
  readonly other: RefObject<HTMLTextAreaElement | null>;
  readonly onChoose: (label: string) => void;
  readonly onOther: () => void;
  readonly onText: (text: string) => void;
  readonly onTextKey: (event: KeyboardEvent) => void;
}

function Question(props: QuestionProps) {
  const { field, filled, other, onChoose, onOther, onText, onTextKey } = props;
  const name = useId();
  const preview = field.options.find(
    (option) => option.preview !== null && filled.selected.at(-1) === option.label,
  )?.preview;
  return (
    <fieldset className="asked">
      <legend>
        <Exact>{field.question}</Exact>
        {field.multi && <span className="t3 small"> Any number</span>}
      </legend>
      <div className={cx("choices", preview !== undefined && "with-preview")}>
        <OptionList
          name={name}
          field={field}
          filled={filled}
          onChoose={onChoose}
          onOther={onOther}
        />
        {preview !== undefined && preview !== null && (
          // biome-ignore lint/a11y/noNoninteractiveTabindex: a long one scrolls, by keys too
          <section className="preview" aria-label="Preview" tabIndex={0}>
            <pre>
              <Exact>{preview}</Exact>
            </pre>
          </section>
        )}
      </div>
      {field.allowText && filled.other && (
        <textarea
          ref={other}
          className="field own"
          rows={2}
          aria-label="In your own words"
          placeholder="In your own words"
          maxLength={20_000}
          value={filled.text}
          onChange={(event) => onText(event.target.value)}
          onKeyDown={onTextKey}
        />
      )}
    </fieldset>
  );
}
