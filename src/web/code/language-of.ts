/** Other names and file endings of the grammars we ship. */
const names: Readonly<Record<string, string>> = {
  sh: "bash",
  shell: "bash",
  zsh: "bash",
  console: "bash",
  shellscript: "bash",
  h: "c",
  cc: "cpp",
  hpp: "cpp",
  cxx: "cpp",
  "c++": "cpp",
  cs: "csharp",
  dockerfile: "docker",
  patch: "diff",
  ex: "elixir",
  exs: "elixir",
  gql: "graphql",
  hs: "haskell",
  htm: "html",
  conf: "ini",
  properties: "ini",
  js: "javascript",
  mjs: "javascript",
  cjs: "javascript",
  json5: "jsonc",
  kt: "kotlin",
  makefile: "make",
  md: "markdown",
  mdx: "markdown",
  protobuf: "proto",
  py: "python",
  rb: "ruby",
  rs: "rust",
  sass: "scss",
  tf: "terraform",
  ts: "typescript",
  mts: "typescript",
  cts: "typescript",
  svg: "xml",
  yml: "yaml",
};

/** The grammar for a word after ``` or for a file's name; the word itself when it may be one. */
export function languageNamed(word: string): string {
  const name = word.trim().toLowerCase();
  return names[name] ?? name;
}

export function languageOf(path: string): string {
  const file = path.slice(path.lastIndexOf("/") + 1).toLowerCase();
  if (names[file] !== undefined) return names[file];
  return languageNamed(file.slice(file.lastIndexOf(".") + 1));
}
