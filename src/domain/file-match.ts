import type { FileMatch } from "../contract/harness.ts";

interface Indexed extends FileMatch {
  /** In lower case, a folder with a slash at its end. */
  readonly text: string;
  /** Where its last name begins in `text`. */
  readonly name: number;
  readonly depth: number;
}

/** The files of a folder, made ready to be searched as often as a key is pressed. */
export type FileIndex = readonly Indexed[];

/** How a part of a query can be found, the best first; what is found better comes before the rest. */
const found = { name: 7, nameStart: 6, pathStart: 5, nameWord: 4, inName: 3, inPath: 2, spread: 1 };
const step = 1_000;

/**
 * Files by their paths relative to a folder, and the folders they are in. `files` may name folders
 * too, by a slash at their end. In the order of their paths.
 */
export function indexFiles(files: readonly string[]): FileIndex {
  const folders = new Set<string>();
  const plain: string[] = [];
  for (const file of files) {
    if (file.endsWith("/")) folders.add(file.slice(0, -1));
    else plain.push(file);
    for (
      let at = file.lastIndexOf("/", file.length - 2);
      at > 0;
      at = file.lastIndexOf("/", at - 1)
    ) {
      const folder = file.slice(0, at);
      // Those above it are known with it.
      if (folders.has(folder)) break;
      folders.add(folder);
    }
  }
  const names = [...new Set(plain), ...[...folders].map((folder) => `${folder}/`)];
  return names.sort().map(entry);
}

/**
 * The files a query can mean, the likeliest first, at most `limit`. Words of a query must all be
 * found, in any order; letters of a word may lie apart. Without a query: what lies at the top.
 */
export function matchFiles(index: FileIndex, query: string, limit: number): FileMatch[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const best: Hit[] = [];
  for (const entry of index) {
    const score = words.length === 0 ? atTheTop(entry) : scoreOf(entry, words);
    // The index is in the order of paths, and equals keep it.
    const before = words.length === 0 ? byScore : byScoreAndShape;
    if (score > 0) keepBest(best, { entry, score }, limit, before);
  }
  return best.map(({ entry: { path, isDirectory } }) => ({ path, isDirectory }));
}

interface Hit {
  readonly entry: Indexed;
  readonly score: number;
}

/** Puts a hit in its place among the best, behind its equals; most come too late and cost nothing. */
function keepBest(best: Hit[], hit: Hit, limit: number, order: Order): void {
  const last = best.at(-1);
  if (best.length === limit && last !== undefined && order(last, hit) <= 0) return;
  let low = 0;
  for (let high = best.length; low < high; ) {
    const middle = (low + high) >> 1;
    const other = best[middle];
    if (other !== undefined && order(other, hit) <= 0) low = middle + 1;
    else high = middle;
  }
  best.splice(low, 0, hit);
  if (best.length > limit) best.pop();
}

/** Folders before files, what lies high before what lies deep. */
function atTheTop({ depth, isDirectory }: Indexed): number {
  return Math.max(1, step - 2 * depth + (isDirectory ? 1 : 0));
}

function entry(name: string): Indexed {
  const isDirectory = name.endsWith("/");
  const text = name.toLowerCase();
  const last = text.lastIndexOf("/", text.length - 2) + 1;
  let depth = 1;
  for (
    let at = text.indexOf("/");
    at >= 0 && at < text.length - 1;
    at = text.indexOf("/", at + 1)
  ) {
    depth += 1;
  }
  return { path: isDirectory ? name.slice(0, -1) : name, isDirectory, text, name: last, depth };
}

type Order = (a: Hit, b: Hit) => number;

const byScore: Order = (a, b) => b.score - a.score;

/** The high before the deep, then the short before the long. */
const byScoreAndShape: Order = (a, b) =>
  byScore(a, b) || a.entry.depth - b.entry.depth || a.entry.text.length - b.entry.text.length;

/** 0 = not meant. */
function scoreOf(entry: Indexed, words: readonly string[]): number {
  let sum = 0;
  for (const word of words) {
    const score = scoreOfWord(entry, word);
    if (score === 0) return 0;
    sum += score;
  }
  return sum;
}

function scoreOfWord({ text, name }: Indexed, word: string): number {
  const at = text.indexOf(word, name);
  if (at === name) {
    const end = at + word.length;
    const whole = end === text.length || text[end] === "/" || text[end] === ".";
    return step * (whole ? found.name : found.nameStart);
  }
  if (text.startsWith(word)) return step * found.pathStart;
  if (at > 0) return step * (isBoundary(text, at) ? found.nameWord : found.inName);
  const inPath = text.indexOf(word);
  if (inPath >= 0) return step * found.inPath + (isBoundary(text, inPath) ? 1 : 0);
  return spread(text, word);
}

/**
 * Letters of a word in their order, from the end so that the name counts before its folders: the more
 * of them begin a word or follow one another, the better.
 */
function spread(text: string, word: string): number {
  let at = text.length;
  let last = -1;
  let good = 0;
  for (let letter = word.length - 1; letter >= 0; letter -= 1) {
    at = text.lastIndexOf(word[letter] ?? "", at - 1);
    if (at < 0 || (at === 0 && letter > 0)) return 0;
    if (at + 1 === last) good += 2;
    if (isBoundary(text, at)) good += 3;
    last = at;
  }
  const wide = text.length - last - word.length;
  return Math.max(1, step * found.spread - 500 + good * 10 - wide);
}

function isBoundary(text: string, at: number): boolean {
  return at === 0 || "/-_. ".includes(text[at - 1] ?? "");
}
