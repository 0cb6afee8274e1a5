/**
 * The process that gets killed: writes to log and store as fast as it can, and notes what was acknowledged.
 *
 *     writer DIR ACKS SEED [careless]
 *
 * A careless writer notes an append before it is durable: the checker must catch that.
 */
import type { Log, Store } from "../../actors/ports.ts";
import { endProcess } from "../../src/store/sqlite/fatal.ts";
import { openEmbedded } from "../../src/store/sqlite/open.ts";
import { Chance } from "../kit/chance.ts";
import { ackWriter } from "./acks.ts";
import { recordOf, rooms, writesOf } from "./records.ts";

const [dir = "", acks = "", seed = "0", careless] = process.argv.slice(2);
const ack = ackWriter(acks);
const chance = new Chance(Number(seed));

async function append(log: Log, room: string): Promise<never> {
  let { position, seq } = (await log.heads([room]))[0] ?? { position: 0, seq: 0 };
  for (;;) {
    const count = chance.happens(0.05) ? 0 : chance.between(1, 20);
    const from = seq + 1;
    if (careless) ack({ t: "appended", room, position: -1, from, count });
    position = await log.append(room, position, recordOf(room, from, count));
    if (!careless) ack({ t: "appended", room, position, from, count });
    seq += count;
  }
}

async function store({ secrets, receipts }: Store): Promise<never> {
  for (let i = 1; ; i++) {
    const name = `secret ${seed}/${i}`;
    await secrets.putIfAbsent(name, name);
    ack({ t: "stored", name });
    const room = chance.pick(rooms);
    const [mark] = await receipts.merge([{ room, user: "reader", delivered: i, read: i }]);
    ack({ t: "read", room, seq: mark?.read ?? 0 });
  }
}

async function project(log: Log, { projection }: Store): Promise<never> {
  for (;;) {
    const records = await log.scan(0, await projection.checkpoint(0), 100);
    const position = records.at(-1)?.position ?? 0;
    await projection.apply(records.flatMap(writesOf), { stream: 0, position });
    if (position > 0) ack({ t: "projected", position });
  }
}

ack({ t: "began", pid: process.pid });
const embedded = await openEmbedded({ dir, fatal: endProcess });
await Promise.all([
  ...rooms.map((room) => append(embedded.log, room)),
  store(embedded.store),
  project(embedded.log, embedded.store),
]);
