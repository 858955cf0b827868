#!/usr/bin/env node
// `npm run agetor -- open`: the client of the API, on the Bun that the set-up has fetched.
import { ensureBun } from "./setup/bun.mjs";
import { withoutNpm } from "./setup/environment.mjs";
import { giveUp } from "./setup/fault.mjs";
import { root } from "./setup/paths.mjs";
import { become } from "./setup/run.mjs";

ensureBun()
  .then(({ bun }) =>
    become(bun, [`${root}/src/cli/main.ts`, ...process.argv.slice(2)], {
      cwd: process.env["INIT_CWD"] ?? process.cwd(),
      env: withoutNpm(process.env),
    }),
  )
  .catch(giveUp);
