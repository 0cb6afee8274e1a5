/** `starling COMMAND …`: what an operator does besides running the server. */
import { join, resolve } from "node:path";
import { readConfig } from "../config.ts";
import { serve } from "../main.ts";
import { backup } from "./backup.ts";

const usage = `starling COMMAND

  serve            run the server (configuration: see README.md)
  backup TARGET    copy the data of STARLING_DATA to a new file, also while the server runs
  help             this text`;

const [command = "help", ...args] = process.argv.slice(2);

try {
  await run(command, args);
} catch (error) {
  console.error(error instanceof Error ? error.message : "starling failed");
  process.exit(1);
}

async function run(command: string, [target]: string[]): Promise<void> {
  switch (command) {
    case "serve":
      return await serve(readConfig(process.env));
    case "backup": {
      if (target === undefined)
        throw new Error("backup: name the file to write, e.g. starling backup chat.db");
      const { data } = readConfig(process.env);
      await backup(data, resolve(target));
      console.log(`wrote ${join(target)}`);
      return;
    }
    case "help":
    case "--help":
      console.log(usage);
      return;
    default:
      throw new Error(`there is no command ${command}\n\n${usage}`);
  }
}
