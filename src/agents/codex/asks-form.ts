import type { Question } from "../../contract/interaction.ts";
import { type Fields, fields, isObject, objects, text, texts } from "./json.ts";
import type { FormKey } from "./state.ts";

interface Form {
  readonly questions: readonly Question[];
  readonly keys: readonly FormKey[];
}

/** The choice that says nothing about a field that may stay empty. */
export const leaveOut = "Leave it out";
export const yes = "Yes";

/** A decoder's state has to stay small: its keys are kept until the answer. */
const most = 20;
export const longestKey = 64;

/**
 * The form of an MCP elicitation (MCP 2025-11-25: text, number, boolean, one of, some of) as
 * questions, one a field; null for a form we cannot show whole.
 */
export function formOf(schema: Fields, message: string): Form | null {
  const properties = Object.entries(fields(schema, "properties"));
  if (properties.length > most) return null;
  const required = texts(schema, "required");
  const questions: Question[] = [];
  const keys: FormKey[] = [];
  for (const [name, property] of properties) {
    const type = isObject(property) ? typeOf(property) : null;
    if (type === null || !isObject(property) || name.length > longestKey) return null;
    keys.push({ name, type });
    const first = questions.length === 0 ? `${message}\n` : "";
    questions.push(
      question(`${first}${labelOf(name, property)}`, name, {
        property,
        type,
        optional: !required.includes(name),
      }),
    );
  }
  return { questions, keys };
}

function labelOf(name: string, property: Fields): string {
  const title = text(property, "title") ?? name;
  const description = text(property, "description");
  return description === null ? title : `${title}: ${description}`;
}

function typeOf(property: Fields): FormKey["type"] | null {
  switch (text(property, "type")) {
    case "string":
      return "text";
    case "number":
    case "integer":
      return "number";
    case "boolean":
      return "boolean";
    case "array":
      return "list";
    default:
      return null;
  }
}

interface Field {
  readonly property: Fields;
  readonly type: FormKey["type"];
  readonly optional: boolean;
}

function question(asked: string, name: string, { property, type, optional }: Field): Question {
  const options =
    type === "boolean"
      ? [option(yes, ""), option("No", "")]
      : choices(type === "list" ? fields(property, "items") : property);
  if (optional) options.push(option(leaveOut, ""));
  return { question: asked, header: name.slice(0, 40), multiSelect: type === "list", options };
}

/** The label is the value itself, so that the answer needs nothing but the form's keys. */
function choices(from: Fields): Question["options"] {
  const titled = [...objects(from, "oneOf"), ...objects(from, "anyOf")];
  if (titled.length > 0) {
    return titled.map((it) => option(text(it, "const") ?? "", text(it, "title") ?? ""));
  }
  const names = texts(from, "enumNames");
  return texts(from, "enum").map((value, index) => option(value, names[index] ?? ""));
}

function option(label: string, description: string): Question["options"][number] {
  return { label, description, preview: null };
}
