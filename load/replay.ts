/**
 * Plays real conversations through the real server while networks break, members are removed and the server is killed,
 * then proves that nothing was lost, doubled, reordered or leaked. With `--cluster` there are three nodes, three nats-servers and a
 * MongoDB replica set: random nodes are killed, and meanwhile nats-servers that lead, and MongoDB's primary steps down.
 *
 *     replay FOLDER [--cluster] [--storm] [--seed N] [--keep DIR] [--drops N] [--removals N] [--kills N]
 */
import { join, resolve } from "node:path";
import { Chance } from "./kit/chance.ts";
import { flagsOf } from "./kit/flags.ts";
import { run, say, tableOf } from "./kit/report.ts";
import type { Fault, FaultKind } from "./oracle.ts";
import { type Plan, planOf, postsOf } from "./plan.ts";
import { Cast, freshSession, readyMs } from "./replay/cast.ts";
import { ClusterHouse } from "./replay/cluster-house.ts";
import { Flight } from "./replay/flight.ts";
import { readFolder } from "./replay/folder.ts";
import { type House, openSolo } from "./replay/house.ts";
import { judgeRoom, pageRoom, type RoomVerdict } from "./replay/judge.ts";
import { Leash } from "./replay/leash.ts";
import { play } from "./replay/play.ts";
import { Stage } from "./replay/stage.ts";
import {
  dropClients,
  killLeaders,
  killServer,
  removeMembers,
  stepDowns,
  wanted,
  wantedOfCluster,
} from "./replay/trouble.ts";

interface Options {
  cluster: boolean;
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
  nodes?: number;
  natsLeaderKills?: number;
  stepDowns?: number;
  inFlight: number;
  lost: number;
  doubled: number;
  reordered: number;
  leaked: number;
  holes: number;
  ok: boolean;
}

/** How many nats-servers that lead are killed, and how many primaries step down, in a cluster. */
const besides = 2;
/** Fault lines shown to people. */
const faultsShown = 20;

/** null: a real part is missing. */
async function replay(folder: string, options: Options): Promise<Verdict | null> {
  const plan = planOf(await readFolder(folder));
  const cluster = options.cluster ? await ClusterHouse.open() : null;
  if (options.cluster && cluster === null) return null;
  await using house = cluster ?? (await openSolo(options.keep));
  const verdict = await played(plan, options, house, cluster).catch((error: unknown) => {
    house.show();
    throw error;
  });
  if (!verdict.ok || cluster === null) house.show();
  return verdict;
}

async function played(
  plan: Plan,
  options: Options,
  house: House,
  cluster: ClusterHouse | null,
): Promise<Verdict> {
  const { storm, seed } = options;
  const messages = plan.rooms.reduce((sum, room) => sum + postsOf(room).length, 0);
  say(`${plan.rooms.length} logs, ${plan.accounts.length} accounts, ${messages} lines, seed ${seed}`);
  const flight = new Flight();
  const cast = await Cast.gather(plan, house, flight);
  const stages = await Promise.all(plan.rooms.map((_, index) => build(plan, index, cast)));
  say("everybody is there");

  const leash = new Leash(messages);
  for (const kind of ["drop", "removal", "kill"] as const) leash.add(kind, options[`${kind}s`]);
  if (cluster !== null) for (const kind of ["leader", "step-down"]) leash.add(kind, besides);
  const must = cluster === null ? wanted : wantedOfCluster;
  const players = [...cast.players, cast.owner];
  const troubled = {
    chance: new Chance(seed),
    leash,
    flight,
    stages,
    players,
    house,
    kills: options.kills,
    wanted: must,
  };
  const [drops, removals, killed, natsLeaderKills, steps] = await Promise.all([
    dropClients(troubled),
    removeMembers(troubled),
    killServer(troubled),
    cluster === null ? 0 : killLeaders(troubled, cluster),
    cluster === null ? 0 : stepDowns(troubled, cluster),
    play(stages, leash, storm),
  ]);
  await Promise.all(players.map((player) => player.ready(readyMs)));
  say("everything was said");

  const verdicts = await judge(stages, cast, house.base, storm);
  say("everything was judged");
  if (options.keep !== null) await leaveKeys(options.keep, stages, cast, house.base);
  await cast.leave();
  const faults = verdicts.flatMap((verdict) => verdict.faults);
  const count = (kind: FaultKind) => faults.filter((fault) => fault.kind === kind).length;
  const { inFlight, landed, notLanded } = flight.counts;
  show(plan, verdicts, { ...flight.counts, refused: stages.reduce((sum, stage) => sum + stage.refused, 0) });
  const total = { drops, removals: removals + killed.removals, kills: killed.kills };
  return {
    messages,
    ...(cluster === null ? {} : { nodes: cluster.size, natsLeaderKills, stepDowns: steps }),
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
      total.kills >= Math.max(options.kills, must.kills) &&
      inFlight >= must.inFlight &&
      landed >= must.landed &&
      notLanded >= must.notLanded &&
      (cluster === null || (natsLeaderKills > 0 && steps > 0)),
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
    switches: ["cluster", "storm"],
  });
  const [folder, ...more] = flags.words;
  if (folder === undefined || more.length > 0) throw new Error("say one folder of logs: replay FOLDER");
  const keep = flags.text("keep");
  const cluster = flags.has("cluster");
  if (cluster && keep !== null) throw new Error("--keep is for one server: a cluster's data goes with it");
  const verdict = await replay(resolve(folder), {
    cluster,
    storm: flags.has("storm"),
    seed: flags.number("seed", 1),
    keep: keep === null ? null : resolve(keep),
    drops: flags.number("drops", 200),
    removals: flags.number("removals", 200),
    kills: flags.number("kills", cluster ? wantedOfCluster.kills : 8),
  });
  return verdict ?? { ok: false, error: "a real part is missing" };
});
