/** `npm run dev`: the server, started anew whenever a source changes. */
import { join } from "node:path";
import { install, root } from "./install.mjs";
import { buildWeb, run } from "./run.mjs";

install();
buildWeb();
process.exit(await run(["--watch", join(root, "src/main.ts")]));
