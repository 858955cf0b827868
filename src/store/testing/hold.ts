/** Opens the store of the given data folder, says so, and holds it until stdin ends. */
import { openStore } from "../open.ts";

const store = openStore({ dataDir: process.argv[2] ?? "", clock: Date });
if (store.ok) {
  console.log("open");
  await Bun.stdin.text();
  store.value.close();
} else {
  console.log(JSON.stringify(store.fault));
  process.exit(3);
}
