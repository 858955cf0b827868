#!/usr/bin/env node
// Syntax any Node can read: an old one must get as far as the sentence below.
const version = process.versions.node;
if (Number(version.split(".")[0]) < 20) {
  console.error(`agetor: Node ${version} is too old. Install Node 20 or newer, then try again.`);
  process.exit(1);
}
import("./suites/test.mjs")
  .then((it) => it.main(process.argv.slice(2)))
  .catch((cause) => {
    console.error(cause);
    process.exit(1);
  });
