/** @typedef {import("./junit.mjs").Result & { suite: string }} Outcome */

/**
 * What stands at the end of `npm test`: what failed, what was skipped and why, and the counts alone
 * on the last line.
 * @param {readonly Outcome[]} outcomes
 * @param {readonly string[]} notRun whole suites that were left out, each with its reason
 * @returns {{ text: string, exitCode: number }}
 */
export function summarize(outcomes, notRun) {
  const of = (/** @type {Outcome["outcome"]} */ wanted) =>
    outcomes.filter(({ outcome }) => outcome === wanted);
  const failed = of("failed");
  const passed = of("passed");
  const lines = [
    ...failed.map(({ suite, file, name }) => `failed: ${suite}: ${file ? `${file}: ` : ""}${name}`),
    ...skips(of("skipped")),
    ...notRun.map((suite) => `skipped: ${suite}`),
    `${passed.length} passed, ${failed.length} failed`,
  ];
  return { text: lines.join("\n"), exitCode: failed.length > 0 || passed.length === 0 ? 1 : 0 };
}

/**
 * A test that can be skipped says why at the end of its name: `(only root can)` or `[root only]`.
 * @param {readonly Outcome[]} skipped
 * @returns {string[]}
 */
function skips(skipped) {
  /** @type {Map<string, string[]>} */
  const reasons = new Map();
  for (const { suite, file, name } of skipped) {
    const why = /[[(]([^[\]()]+)[\])]\s*$/.exec(name)?.[1] ?? "no reason given";
    reasons.set(why, [...(reasons.get(why) ?? []), `${suite}: ${file}: ${name}`]);
  }
  return [...reasons].flatMap(([why, tests]) => [
    `skipped, ${why}: ${tests.length}`,
    ...tests.map((test) => `  ${test}`),
  ]);
}
