/**
 * Plays real conversations through the real server while networks break, members are removed and the server is killed,
 * then proves that nothing was lost, doubled, reordered or leaked.
 *
 *     replay FOLDER [--storm] [--seed N] [--keep DIR] [--drops N] [--removals N] [--kills N]
 */
import { mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { Chance } from "./kit/chance.ts";
import { flagsOf } from "./kit/flags.ts";
import { run, say, tableOf } from "./kit/report.ts";
import { Server } from "./kit/server.ts";
import type { Fault, FaultKind } from "./oracle.ts";
import { type Plan, planOf, postsOf } from "./plan.ts";
import { Cast, freshSession, readyMs } from "./replay/cast.ts";
import { Flight } from "./replay/flight.ts";
import { readFolder } from "./replay/folder.ts";
import { judgeRoom, pageRoom, type RoomVerdict } from "./replay/judge.ts";
import { Leash } from "./replay/leash.ts";
import { play } from "./replay/play.ts";
import { Stage } from "./replay/stage.ts";
import { dropClients, killServer, removeMembers, wanted } from "./replay/trouble.ts";

interface Options {
  storm: boolean;
  seed: number;
  keep: string | null;
  drops: number;
  removals: number;
  kills: number;
}

interface Verdict {
  messages: number;
  drops: number;
  removals: number;
  kills: number;
  inFlight: number;
  lost: number;
  doubled: number;
  reordered: number;
  leaked: number;
  holes: number;
  ok: boolean;
}

/** Fault lines shown to people. */
const faultsShown = 20;

async function replay(folder: string, options: Options): Promise<Verdict> {
  const plan = planOf(await readFolder(folder));
  const data = await dataFolder(options.keep);
  let server = await Server.start({ data });
  const { base, port } = server;
  const restart = async (died: () => void): Promise<void> => {
    const gone = server.kill();
    died();
    await gone;
    server = await Server.start({ data, port });
  };
  try {
    return await played(plan, options, base, restart);
  } finally {
    server.errors.show("the server's last words:");
    await server.stop();
    if (options.keep === null) await rm(data, { recursive: true, force: true });
  }
}

async function played(
  plan: Plan,
  options: Options,
  base: string,
  restart: (died: () => void) => Promise<void>,
): Promise<Verdict> {
  const { storm, seed } = options;
  const messages = plan.rooms.reduce((sum, room) => sum + postsOf(room).length, 0);
  say(`${plan.rooms.length} logs, ${plan.accounts.length} accounts, ${messages} lines, seed ${seed}`);
  const flight = new Flight();
  const cast = await Cast.gather(plan, base, flight);
  const stages = await Promise.all(plan.rooms.map((_, index) => build(plan, index, cast)));
  say("everybody is there");

  const leash = new Leash(messages);
  for (const kind of ["drop", "removal", "kill"] as const) leash.add(kind, options[`${kind}s`]);
  const players = [...cast.players, cast.owner];
  const troubled = {
    chance: new Chance(seed),
    leash,
    flight,
    stages,
    players,
    restart,
    kills: options.kills,
  };
  const [drops, removals, killed] = await Promise.all([
    dropClients(troubled),
    removeMembers(troubled),
    killServer(troubled),
    play(stages, leash, storm),
  ]);
  await Promise.all(players.map((player) => player.ready(readyMs)));
  say("everything was said");

  const verdicts = await judge(stages, cast, base, storm);
  say("everything was judged");
  if (options.keep !== null) await leaveKeys(options.keep, stages, cast, base);
  await cast.leave();
  const faults = verdicts.flatMap((verdict) => verdict.faults);
  const count = (kind: FaultKind) => faults.filter((fault) => fault.kind === kind).length;
  const { inFlight, landed, notLanded } = flight.counts;
  show(plan, verdicts, { ...flight.counts, refused: stages.reduce((sum, stage) => sum + stage.refused, 0) });
  const total = { drops, removals: removals + killed.removals, kills: killed.kills };
  return {
    messages,
    ...total,
    inFlight,
    lost: count("lost"),
    doubled: count("doubled"),
    reordered: count("reordered"),
    leaked: count("leaked"),
    holes: count("hole"),
    ok:
      faults.length === 0 &&
      total.drops >= options.drops &&
      total.removals >= options.removals &&
      total.kills >= Math.max(options.kills, wanted.kills) &&
      inFlight >= wanted.inFlight &&
      landed >= wanted.landed &&
      notLanded >= wanted.notLanded,
  };
}

/** Every other room hides its past from those who come later, so that a leak of it would show. */
async function build(plan: Plan, index: number, cast: Cast): Promise<Stage> {
  const room = plan.rooms[index];
  if (!room) throw new Error(`there is no log ${index}`);
  const history = index % 2 === 0 ? "everyone" : "joined";
  const listeners = cast.listeners.flatMap((who) => cast.players[who]?.user ?? []);
  const made = await cast.owner.client.createGroup({
    name: room.name,
    join: "open",
    history,
    // Where history hides, the reader has to be there from the beginning.
    members: history === "joined" ? [...listeners, cast.reader.user] : listeners,
  });
  return new Stage(room, made, history, cast.players, cast.listeners);
}

async function judge(
  stages: readonly Stage[],
  cast: Cast,
  base: string,
  storm: boolean,
): Promise<RoomVerdict[]> {
  for (const { history, owner } of stages) if (history === "everyone") await owner.add([cast.reader.user]);
  const { access } = await freshSession(base, cast.reader, "fresh reader");
  const verdicts: RoomVerdict[] = [];
  for (const stage of stages) {
    const read = await pageRoom(base, stage.id, access);
    verdicts.push(await judgeRoom(stage, read, [...cast.players, cast.owner], storm ? "sender" : "total"));
  }
  return verdicts;
}

/** For anybody who wants to read the rooms with a client of their own. Access tokens live ten minutes. */
async function leaveKeys(folder: string, stages: readonly Stage[], cast: Cast, base: string): Promise<void> {
  const { login: name, password } = cast.reader;
  const { access: token } = await freshSession(base, cast.reader, "rooms.json");
  const again = `POST /v1/login {"name":"${name}","password":"${password}","device":"any"} gives a fresh token`;
  const rooms = stages.map(({ plan, id }) => [plan.file, { room: id, token, name, password, again }]);
  await Bun.write(join(folder, "rooms.json"), `${JSON.stringify(Object.fromEntries(rooms), null, 2)}\n`);
}

async function dataFolder(keep: string | null): Promise<string> {
  if (keep === null) return mkdtemp(join(tmpdir(), "starling-replay-"));
  await mkdir(keep, { recursive: true });
  if ((await readdir(keep)).length > 0) throw new Error(`--keep ${keep}: the folder isn't empty`);
  return keep;
}

function show(plan: Plan, verdicts: readonly RoomVerdict[], counts: Record<string, number>): void {
  const rows = verdicts.map(({ stage, faults, verified }) => {
    const { file, empty, tooLong, unreadable, badUtf8 } = stage.plan;
    const posts = postsOf(stage.plan);
    const replies = posts.filter(({ re }) => re !== null).length;
    return [
      file,
      stage.history,
      posts.length,
      replies,
      verified,
      empty.length,
      tooLong.length,
      unreadable.length,
      badUtf8.length,
      faults.length,
    ];
  });
  const head = [
    "log",
    "history",
    "posts",
    "replies",
    "copies",
    "empty",
    "too long",
    "unread",
    "not UTF-8",
    "faults",
  ];
  process.stdout.write(`${tableOf(head, rows)}\n`);
  for (const { file, tooLong, unreadable } of plan.rooms) {
    for (const { line, bytes } of tooLong) say(`${file}: line ${line} has ${bytes} bytes and was not posted`);
    if (unreadable.length > 0) say(`${file}: nobody understands lines ${unreadable.join(" ")}`);
  }
  process.stdout.write(
    `in flight at kills: ${counts.inFlight}, of these landed ${counts.landed}, not landed ${counts.notLanded}; ` +
      `posts of removed members refused and sent anew: ${counts.refused}\n`,
  );
  const faults = verdicts.flatMap(({ stage, faults }) =>
    faults.map((fault) => ({ file: stage.plan.file, fault })),
  );
  for (const { file, fault } of faults.slice(0, faultsShown))
    process.stdout.write(`${file}: ${sayFault(fault)}\n`);
  if (faults.length > faultsShown) process.stdout.write(`… and ${faults.length - faultsShown} more faults\n`);
}

function sayFault({ kind, line, seq, user, verify }: Fault): string {
  const where = [
    line === undefined ? "" : ` line ${line}`,
    seq === undefined ? "" : ` seq ${seq}`,
    user === undefined ? "" : ` user ${user}`,
    verify ? ", found by verify()" : "",
  ];
  return `${kind}${where.join("")}`;
}

await run(async () => {
  const flags = flagsOf(process.argv.slice(2), {
    values: ["seed", "keep", "drops", "removals", "kills"],
    switches: ["storm"],
  });
  const [folder, ...more] = flags.words;
  if (folder === undefined || more.length > 0) throw new Error("say one folder of logs: replay FOLDER");
  const keep = flags.text("keep");
  return replay(resolve(folder), {
    storm: flags.has("storm"),
    seed: flags.number("seed", 1),
    keep: keep === null ? null : resolve(keep),
    drops: flags.number("drops", 200),
    removals: flags.number("removals", 200),
    kills: flags.number("kills", 8),
  });
});
