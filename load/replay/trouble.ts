/** What goes wrong while the conversations run: lost networks, removals, and a server that dies in mid-sentence. */
import type { Chance } from "../kit/chance.ts";
import { say } from "../kit/report.ts";
import type { ClusterHouse } from "./cluster-house.ts";
import type { Flight } from "./flight.ts";
import type { House } from "./house.ts";
import type { Leash } from "./leash.ts";
import type { Player } from "./player.ts";
import type { Stage } from "./stage.ts";

export interface Troubled {
  chance: Chance;
  leash: Leash;
  flight: Flight;
  stages: readonly Stage[];
  players: readonly Player[];
  /** How many the caller asked for; 0: the server lives. */
  kills: number;
  wanted: Wanted;
  house: House;
}

/** What must have happened before a kill is allowed to be the last one. */
export interface Wanted {
  kills: number;
  inFlight: number;
  landed: number;
  notLanded: number;
}

export const wanted: Wanted = { kills: 5, inFlight: 20, landed: 1, notLanded: 1 };
export const wantedOfCluster: Wanted = { ...wanted, kills: 10 };

/** A run that can't get commands in flight would kill for ever. */
const killsMax = 60;
/** A removed member is away for at most so long. */
const absenceMsMax = 300;
/** The time between the send that makes a kill due and the kill: about that of a commit. */
const killDelaysMs = [0, 0, 0.5, 1, 2, 4] as const;

export async function dropClients({ chance, leash, players }: Troubled): Promise<number> {
  let drops = 0;
  while (await leash.due("drop")) {
    if (chance.pick(players).drop()) {
      drops++;
      leash.done("drop");
    }
    await pause(chance.between(0, 20));
  }
  return drops;
}

/** One removal at a time in each room, as many rooms at once as there are. */
export async function removeMembers(troubled: Troubled): Promise<number> {
  const { leash, stages } = troubled;
  const counts = await Promise.all(
    stages.map(async (stage) => {
      let removals = 0;
      while (await leash.due("removal")) {
        if (await removeSomebody(troubled, stage)) {
          leash.done("removal");
          removals++;
        } else await pause(1);
      }
      return removals;
    }),
  );
  return counts.reduce((sum, count) => sum + count, 0);
}

async function removeSomebody({ chance }: Troubled, stage: Stage): Promise<boolean> {
  const candidates = stage.removable();
  if (candidates.length === 0) return false;
  await stage.remove(chance.pick(candidates), (hurried) =>
    Promise.race([hurried, pause(chance.between(0, absenceMsMax))]),
  );
  return true;
}

export async function killServer(troubled: Troubled): Promise<{ kills: number; removals: number }> {
  const { chance, leash, flight, stages, house } = troubled;
  let kills = 0;
  let removals = 0;
  const { wanted } = troubled;
  const enough = () =>
    troubled.kills === 0 ||
    (kills >= wanted.kills &&
      flight.counts.inFlight >= wanted.inFlight &&
      flight.counts.landed >= wanted.landed &&
      flight.counts.notLanded >= wanted.notLanded);
  while (kills < killsMax && ((await leash.due("kill")) || !enough())) {
    // Whatever the rooms are doing: something is in flight in each of them.
    const extra = stages.map((stage) => removeSomebody(troubled, stage));
    const doors = house.doors();
    const door = chance.pick(doors);
    await flight.reaches(door, Math.ceil((1.5 * stages.length) / doors.length), pause(200));
    await pause(chance.pick(killDelaysMs));
    if (flight.at(door) > 0) {
      await house.restart(door, () => flight.killed(door, Date.now()));
      kills++;
      say(`  server killed, ${kills} times now`);
      leash.done("kill");
    }
    removals += (await Promise.all(extra)).filter(Boolean).length;
    await pause(chance.between(50, 300));
  }
  return { kills, removals };
}

/** How long a nats-server is away: the streams that it led have elected others by then, or do so while it comes back. */
const leaderAwayMs = [1_000, 8_000] as const;

/** One nats-server at a time: two of three always keep what was acknowledged. */
export async function killLeaders({ chance, leash, stages }: Troubled, house: ClusterHouse): Promise<number> {
  let kills = 0;
  while (await leash.due("leader")) {
    await house.killLeader(chance.pick(stages).id, () => pause(chance.between(...leaderAwayMs)));
    kills++;
    say(`  a nats-server that led was killed and is back, ${kills} times now`);
    leash.done("leader");
  }
  return kills;
}

export async function stepDowns({ leash }: Troubled, house: ClusterHouse): Promise<number> {
  let count = 0;
  while (await leash.due("step-down")) {
    await house.stepDown();
    count++;
    say(`  MongoDB's primary stepped down, ${count} times now`);
    leash.done("step-down");
  }
  return count;
}

function pause(ms: number): Promise<void> {
  return Bun.sleep(ms);
}
