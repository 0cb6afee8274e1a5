/** What a connection costs that says nothing: one account and one socket each, one room each, ten people a room. */
import { residentBytes } from "../kit/proc.ts";
import { slope } from "../kit/stats.ts";
import type { Wire } from "../kit/wire.ts";
import { answersPing, enter, paced } from "./enter.ts";
import type { Outcome } from "./outcome.ts";
import { atMost, row } from "./row.ts";
import { floor, type Subject, starling } from "./subject.ts";

/** Several, since a collection that came just before one of them moves it by megabytes. */
const sizes = [2_000, 4_000, 6_000, 8_000, 10_000];
const many = 10_000;
const roomSize = 10;
/** After the storm the collector gets this long; nothing forces it. */
const settleMs = 6_000;

export async function idle(): Promise<Outcome> {
  const ground = await fill(await floor(many));
  const server = await fill(await starling(many));
  return {
    rows: [
      row("memory per idle connection, slope 2k → 10k", "KB", [server.kilobytes], atMost(6)),
      row("   floor, idle", "KB", [ground.kilobytes]),
      row("   resident at 10k", "MB", [server.resident]),
    ],
    voids: 0,
    noisy: false,
    faults: [...ground.faults, ...server.faults],
  };
}

async function fill(opened: Subject): Promise<{ kilobytes: number; resident: number; faults: string[] }> {
  await using subject = opened;
  const { people, server } = subject;
  const rooms: string[] = [];
  for (let first = 0; first < many; first += roomSize) {
    rooms.push(await subject.room(people.slice(first, first + roomSize)));
  }
  const faults: string[] = [];
  const wires: Wire[] = [];
  const come = async (upTo: number) => {
    const already = wires.length;
    await paced(upTo - already, async (number) => {
      const place = already + number;
      const [person, room] = [people[place], rooms[Math.floor(place / roomSize)]];
      if (person === undefined || room === undefined) throw new Error("nobody is there");
      const entered = await enter(server.port, person, "idle", room, { text: () => {}, closed: () => {} });
      const { wire } = entered;
      wire.handlers = {
        text: (payload) => void answersPing(wire, payload),
        closed: (code) => void faults.push(`an idle socket was closed: ${code}`),
      };
      wires.push(wire);
    });
    await Bun.sleep(settleMs);
    return residentBytes(server.pid);
  };
  const points: { x: number; y: number }[] = [];
  for (const size of sizes) points.push({ x: size, y: await come(size) });
  for (const wire of wires) {
    wire.handlers = { text: () => {}, closed: () => {} };
    wire.drop();
  }
  const resident = (points.at(-1)?.y ?? Number.NaN) / 2 ** 20;
  return { kilobytes: slope(points) / 1_024, resident, faults };
}
