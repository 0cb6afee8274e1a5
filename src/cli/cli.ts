/** `starling COMMAND …`: what an operator does besides running the server. */
import { readConfig } from "../config.ts";
import { serve } from "../main.ts";
import { platform } from "../platform.ts";
import { backupCommand, type CommandResult } from "./backup.ts";
import { checkCommand } from "./check.ts";
import { userCommand } from "./user.ts";

const usage = `starling COMMAND

  serve            run the server (configuration: see README.md)
  backup TARGET    copy the data of STARLING_DATA to another folder, also while the server runs
  user password NAME
                   give somebody a new password and end their sessions; the server must be stopped
  check            look through the data for damage, also while the server runs (about 1 s per GB)
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
  if (args.includes("--help")) {
    console.log(usage);
    return 0;
  }
  switch (command) {
    case "serve":
      await serve(readConfig(process.env));
      return 0;
    case "backup":
      return tell(backupCommand(args, readConfig(process.env).data, platform.now()));
    case "user":
      return tell(await userCommand(args, readConfig(process.env).data, platform));
    case "check":
      return tell(checkCommand(readConfig(process.env).data));
    case "help":
    case "--help":
      console.log(usage);
      return 0;
    default:
      console.error(`there is no command ${command}\n\n${usage}`);
      return 1;
  }
}

function tell({ exitCode, says }: CommandResult): number {
  (exitCode === 0 ? console.log : console.error)(says);
  return exitCode;
}
