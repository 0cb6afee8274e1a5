/** `starling COMMAND …`: what an operator does besides running the server. */
import manifest from "../../package.json" with { type: "json" };
import { readConfig } from "../config.ts";
import { serve } from "../main.ts";
import { platform } from "../platform.ts";
import { backupCommand, type CommandResult } from "./backup.ts";
import { checkCommand } from "./check.ts";
import { deadCommand } from "./dead.ts";
import { doctorCommand } from "./doctor.ts";
import { exportCommand } from "./export.ts";
import { importCommand } from "./import.ts";
import { userCommand } from "./user.ts";

const usage = `starling COMMAND

  serve            run the server (configuration: see README.md)
  backup TARGET    copy the data of STARLING_DATA to another folder, also while the server runs
  user password NAME
                   give somebody a new password and end their sessions; a folder's server must be stopped
  check            look through the data of STARLING_DATA for damage, also while the server runs (about 1 s per GB)
  doctor           say what is wrong, what it means for users and what to do
    --rebuild      NATS lost the log: go on from MongoDB's documents, with new epochs, and name what is lost; nodes must
                   be stopped
  dead list | show ROOM [--text] | redrive [ROOM]
                   records that a reader can't apply: a newer version's, damaged or foreign ones. show tells of their
                   content only with --text; redrive tries again, a folder's server must be stopped
  export FILE      write the whole installation into a file; its server must be stopped
    --final        and close it for ever: the import goes on where it ended, clients keep their copies
  import FILE      fill an empty installation from such a file
  help             this text`;

const [command = "help", ...args] = process.argv.slice(2);

try {
  const exitCode = await run(command);
  // At once, too: a socket to a service that never answers would keep the program. Only a server stays.
  if (command !== "serve") process.exit(exitCode);
} catch (error) {
  console.error(error instanceof Error ? error.message : "starling failed");
  // At once: a server that could not start may hold open what it had opened.
  process.exit(1);
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
      return tell(backupCommand(args, readConfig(process.env), platform.now()));
    case "user":
      return tell(await userCommand(args, readConfig(process.env), platform));
    case "check":
      return tell(checkCommand(readConfig(process.env)));
    case "dead":
      return tell(await deadCommand(args, readConfig(process.env), platform));
    case "doctor":
      return tell(await doctorCommand(args, readConfig(process.env), platform));
    case "export":
      return tell(await exportCommand(args, readConfig(process.env), platform, manifest.version));
    case "import":
      return tell(await importCommand(args, readConfig(process.env), platform));
    case "help":
    case "--help":
      console.log(usage);
      return 0;
    default:
      console.error(`there is no command ${command}\n\n${usage}`);
      return 2;
  }
}

function tell({ exitCode, says }: CommandResult): number {
  (exitCode === 0 ? console.log : console.error)(says);
  return exitCode;
}
