import type { ThemeRegistration } from "shiki/core";

/** The classes of the palette. A colour's last byte is the index here: no colour leaves the worker. */
export const inks = ["", "k", "c-s", "c-n", "f", "y", "c"] as const;

const ink = (index: number): { foreground: string } => ({ foreground: `#00000${index}` });

/** A theme that names the parts of code instead of colouring them; the page's tokens colour them. */
export const theme: ThemeRegistration = {
  name: "agetor",
  type: "dark",
  colors: { "editor.foreground": "#000000", "editor.background": "#ffffff" },
  settings: [
    { settings: { foreground: "#000000", background: "#ffffff" } },
    {
      scope: ["comment", "punctuation.definition.comment", "markup.quote"],
      settings: ink(6),
    },
    {
      scope: ["string", "markup.inline.raw", "markup.inserted", "constant.other.symbol"],
      settings: ink(2),
    },
    {
      scope: [
        "constant.numeric",
        "constant.language",
        "constant.character.escape",
        "support.constant",
        "keyword.other.unit",
      ],
      settings: ink(3),
    },
    {
      scope: [
        "keyword",
        "storage",
        "keyword.operator.new",
        "keyword.operator.expression",
        "variable.language",
        "markup.heading",
        "markup.deleted",
        "entity.name.tag",
      ],
      settings: ink(1),
    },
    { scope: ["keyword.operator", "storage.type.function.arrow"], settings: ink(0) },
    {
      scope: [
        "entity.name.function",
        "support.function",
        "meta.function-call entity.name.function",
        "entity.other.attribute-name",
        "support.type.property-name",
      ],
      settings: ink(4),
    },
    {
      scope: [
        "entity.name.type",
        "entity.name.class",
        "support.class",
        "support.type",
        "entity.other.inherited-class",
      ],
      settings: ink(5),
    },
    {
      scope: ["support.type.property-name.json", "support.type.property-name.css"],
      settings: ink(4),
    },
  ],
};
