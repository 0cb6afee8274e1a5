#!/usr/bin/env node
import { fileURLToPath } from "node:url";
/** `starling COMMAND`: hands over to the project's own Bun. */
import { install } from "../../scripts/install.mjs";
import { buildWeb, run } from "../../scripts/run.mjs";

install();
const [command = "help"] = process.argv.slice(2);
if (command === "serve") buildWeb();
process.exit(await run([fileURLToPath(new URL("cli.ts", import.meta.url)), ...process.argv.slice(2)]));
