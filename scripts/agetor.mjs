#!/usr/bin/env node
// `npm run agetor -- open`: the client of the API, bundled, on the Bun that the set-up has fetched.
import { withoutNpm } from "./setup/environment.mjs";
import { giveUp } from "./setup/fault.mjs";
import { refuseSwallowedClientFlags } from "./setup/flags.mjs";
import { root } from "./setup/paths.mjs";
import { prepare } from "./setup/prepare.mjs";
import { become, takeChildrenAlong } from "./setup/run.mjs";
import { bundledClient, ensureServer } from "./setup/server.mjs";

const giveBack = takeChildrenAlong();
const argv = process.argv.slice(2);
Promise.resolve()
  .then(() => refuseSwallowedClientFlags(argv, process.env))
  .then(() => prepare(ensureServer, { system: false }))
  .then(({ bun }) => {
    giveBack();
    become(bun, [bundledClient(root), ...argv], {
      cwd: process.env["INIT_CWD"] ?? process.cwd(),
      env: withoutNpm(process.env),
    });
  })
  .catch(giveUp);
