import { checkStructure } from "./check.ts";

const { files, violations } = checkStructure(process.argv[2] ?? ".");
for (const { path, line, rule, message } of violations) {
  console.error(`${path}:${line} ${rule}: ${message}`);
}
console.log(`structure: ${files} files, ${violations.length} violations`);
process.exit(violations.length === 0 ? 0 : 1);
