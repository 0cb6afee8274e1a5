/**
 * Plays real conversations through the real server while networks break, members are removed and the server is killed,
 * then proves that nothing was lost, doubled, reordered or leaked.
 *
 *     replay FOLDER [--storm] [--seed N] [--keep DIR] [--drops N] [--removals N] [--kills N]
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Chance } from "./kit/chance.ts";
import { flagsOf } from "./kit/flags.ts";
import { run, say, tableOf } from "./kit/report.ts";
import { Server } from "./kit/server.ts";
import { planOf, postsOf } from "./plan.ts";
import { Cast } from "./replay/cast.ts";
import { Flight } from "./replay/flight.ts";
import { readFolder } from "./replay/folder.ts";
import { judgeRoom, pageRoom, type RoomVerdict } from "./replay/judge.ts";
import { Leash } from "./replay/leash.ts";
import { play } from "./replay/play.ts";
import { dropClients, killServer, removeMembers, wanted } from "./replay/trouble.ts";
