/** Runs the fake model alone, to try a CLI against it by hand: `bun test/fakes/openai/main.ts [port]`. */
import { startFakeOpenAi } from "./server.ts";

const fake = await startFakeOpenAi(Number(process.argv[2] ?? 0));
console.log(fake.baseUrl);
