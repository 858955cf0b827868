/**
 * @typedef {object} Result of one test
 * @property {string} file
 * @property {string} name with the names of its describe blocks
 * @property {"passed" | "failed" | "skipped"} outcome
 */

/**
 * Reads what `bun test` reports about single tests.
 * @param {string} xml in JUnit's format as Bun writes it
 * @returns {Result[]}
 */
export function readJunit(xml) {
  return [...xml.matchAll(/<testcase\b([^>]*?)(?:\/>|>(.*?)<\/testcase>)/gs)].map(
    ([, attributes = "", inside = ""]) => {
      const of = (/** @type {string} */ name) =>
        unescaped(new RegExp(`\\b${name}="([^"]*)"`).exec(attributes)?.[1] ?? "");
      const outcome = /<(failure|error)\b/.test(inside)
        ? "failed"
        : inside.includes("<skipped")
          ? "skipped"
          : "passed";
      const name = [of("classname"), of("name")].filter((part) => part !== "").join(" > ");
      return { file: of("file"), name, outcome };
    },
  );
}

/** @param {string} text */
function unescaped(text) {
  /** @type {Record<string, string>} */
  const named = { lt: "<", gt: ">", quot: '"', apos: "'", amp: "&" };
  return text.replace(/&(?:#(\d+)|(\w+));/g, (all, code, name) =>
    code === undefined ? (named[name] ?? all) : String.fromCodePoint(Number(code)),
  );
}
