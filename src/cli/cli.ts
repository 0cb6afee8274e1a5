/** `starling COMMAND …`: what an operator does besides running the server. */
import { readConfig } from "../config.ts";
import { serve } from "../main.ts";
import { platform } from "../platform.ts";
import { backupCommand } from "./backup.ts";

const usage = `starling COMMAND

  serve            run the server (configuration: see README.md)
  backup TARGET    copy the data of STARLING_DATA to another folder, also while the server runs
  help             this text`;

const [command = "help", ...args] = process.argv.slice(2);

try {
  process.exitCode = await run(command);
} catch (error) {
  console.error(error instanceof Error ? error.message : "starling failed");
  process.exitCode = 1;
}

/** Resolves to the exit code. */
async function run(command: string): Promise<number> {
  switch (command) {
    case "serve":
      await serve(readConfig(process.env));
      return 0;
    case "backup": {
      const { exitCode, says } = backupCommand(args, readConfig(process.env).data, platform.now());
      (exitCode === 0 ? console.log : console.error)(says);
      return exitCode;
    }
    case "help":
    case "--help":
      console.log(usage);
      return 0;
    default:
      console.error(`there is no command ${command}\n\n${usage}`);
      return 1;
  }
}
