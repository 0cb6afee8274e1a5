/**
 * Two thousand sockets in twenty rooms; they drop, messages go on, the server is killed in mid-command and started again,
 * and all come back at once with their cursors.
 */
import { Chance } from "../kit/chance.ts";
import { say } from "../kit/report.ts";
import { Seat } from "../kit/seat.ts";
import { deaf, type Wire } from "../kit/wire.ts";
import { type Cursor, enter, isEvents, paced } from "./enter.ts";
import type { Outcome } from "./outcome.ts";
import type { Person } from "./people.ts";
import { atMost, row } from "./row.ts";
import { type Starling, starling } from "./subject.ts";
import { textOf } from "./texts.ts";

const clientsCount = 2_000;
const roomsCount = 20;
const missedInPeace = 40;
const missedInFlight = 10;
/** The protocol's full jitter of a first attempt is 0.5 s; clients that failed once wait up to 1 s. */
const jitterMs = 1_000;

interface Client {
  person: Person;
  room: string;
  epoch: string;
  /** Cursor at which it dropped. */
  last: number;
  /** What it got since it came back. */
  heard: Buffer[];
  wire: Wire | null;
  faults: string[];
}

export async function resume(): Promise<Outcome> {
  await using server = await starling(clientsCount);
  const rooms = await fill(server);
  const clients = await connect(server, rooms);
  say("  everybody was there; now they drop, and miss something");
  const size = clientsCount / roomsCount;
  const owner = (i: number) => server.people[i * size] as Person;
  const posters = await Promise.all(rooms.map((room, i) => Poster.open(server, room, owner(i))));
  await Promise.all(posters.map((poster) => poster.post(missedInPeace)));
  const flight = Promise.allSettled(posters.map((poster) => poster.post(missedInFlight)));
  // Some of these are in the log by then and some aren't: nobody waits for their replies.
  await Bun.sleep(2);
  const killed = performance.now();
  await server.restart();
  const listening = performance.now();
  await flight;
  const inFlight = posters.reduce((sum, poster) => sum + poster.unanswered, 0);
  const chance = new Chance(1);
  await Promise.all([
    ...clients.map((client) => comeBack(server, client, chance.next() * jitterMs)),
    ...posters.map((poster) => poster.comeBack(server)),
  ]);
  const back = performance.now();
  // What came to those that were live already is on its way; counters are read twice a second.
  await Bun.sleep(1_500);
  const reads = await catchUpReads(server);
  const faults = verify(clients, posters);
  for (const { wire } of clients) wire?.leave();
  for (const poster of posters) poster.leave();
  return {
    rows: [
      row("2,000 resume after kill -9: kill → all live", "s", [(back - killed) / 1_000], atMost(3)),
      row("   of it until the server listens", "s", [(listening - killed) / 1_000]),
      row("   commands in flight at the kill", "", [inFlight]),
      row("   catch-up reads (20 rooms)", "", [reads], atMost(roomsCount)),
    ],
    voids: 0,
    noisy: false,
    faults,
  };
}

/** Each client's account is a member of its room only. */
async function fill(server: Starling): Promise<string[]> {
  const size = clientsCount / roomsCount;
  const rooms: string[] = [];
  for (let i = 0; i < roomsCount; i++) {
    rooms.push(await server.room(server.people.slice(i * size, (i + 1) * size)));
  }
  return rooms;
}

async function connect(server: Starling, rooms: readonly string[]): Promise<Client[]> {
  const clients: Client[] = [];
  await paced(clientsCount, async (number) => {
    const person = server.people[number];
    const room = rooms[Math.floor((number * roomsCount) / clientsCount)];
    if (person === undefined || room === undefined) throw new Error("nobody is there");
    const { wire, live } = await enter(server.server.port, person, "tab", room, deaf);
    const [epoch, last] = live[room] ?? ["", 0];
    clients.push({ person, room, epoch, last, heard: [], wire: null, faults: [] });
    wire.drop();
  });
  return clients;
}

/** Resolves when the room is live again. */
async function comeBack(server: Starling, client: Client, afterMs: number): Promise<void> {
  await Bun.sleep(afterMs);
  const { person, room, epoch, last } = client;
  const handlers = {
    // What comes after the kill may be asked for twice by a poster; whoever is live hears it here.
    text: (payload: Buffer) => void (isEvents(payload) && client.heard.push(Buffer.from(payload))),
    closed: (code: number | null) => void client.faults.push(`a client was closed: ${code}`),
  };
  const cursor: Cursor = [epoch, last];
  client.wire = (await enter(server.server.port, person, "tab", room, handlers, cursor)).wire;
}

/** Posts to one room, and keeps every command until it has an answer. */
class Poster {
  readonly room: string;
  readonly #person: Person;
  readonly #unanswered = new Map<string, string>();
  /** Text by the seq that was acknowledged. */
  readonly acked = new Map<number, string>();
  #seat: Seat;
  #number = 0;

  private constructor(room: string, person: Person, seat: Seat) {
    this.room = room;
    this.#person = person;
    this.#seat = seat;
  }

  static async open(server: Starling, room: string, person: Person): Promise<Poster> {
    return new Poster(room, person, await Seat.open(server.server.port, person.token, "poster"));
  }

  get sent(): number {
    return this.#number;
  }

  /** How many commands have no answer yet. */
  get unanswered(): number {
    return this.#unanswered.size;
  }

  async post(count: number): Promise<void> {
    const cids = Array.from({ length: count }, () => {
      const cid = Bun.randomUUIDv7();
      this.#unanswered.set(cid, textOf("p", this.#number++));
      return cid;
    });
    await Promise.all(cids.map((cid) => this.#send(cid, false)));
  }

  /** On a new socket, whatever has no answer goes out again under the same cid. */
  async comeBack(server: Starling): Promise<void> {
    this.#seat = await Seat.open(server.server.port, this.#person.token, "poster");
    await Promise.all([...this.#unanswered.keys()].map((cid) => this.#send(cid, true)));
  }

  leave(): void {
    this.#seat.close();
  }

  async #send(cid: string, again: boolean): Promise<void> {
    const text = this.#unanswered.get(cid) ?? "";
    const input = { room: this.room, cid, text, ...(again ? { again } : {}) };
    const { seq } = (await this.#seat.request("room.post", input)) as { seq: number };
    this.#unanswered.delete(cid);
    this.acked.set(seq, text);
  }
}

async function catchUpReads(server: Starling): Promise<number> {
  const text = await (await fetch(`${server.server.base}/metrics`)).text();
  const found = /^starling_catch_up_reads_total (\d+)$/mu.exec(text);
  return found === null ? Number.NaN : Number(found[1]);
}

/** Every client has every seq once, in order, with the text that was acknowledged under it. */
function verify(clients: readonly Client[], posters: readonly Poster[]): string[] {
  const byRoom = new Map(posters.map((poster) => [poster.room, poster]));
  const faults = clients.flatMap((client) => client.faults);
  for (const poster of posters) {
    if (poster.acked.size !== poster.sent) faults.push(`${poster.sent} posts have ${poster.acked.size} seqs`);
  }
  for (const client of clients) {
    const acked = byRoom.get(client.room)?.acked ?? new Map<number, string>();
    let last = client.last;
    for (const frame of client.heard) {
      const { events } = JSON.parse(frame.toString()) as { events: { seq: number; text: string }[] };
      for (const { seq, text } of events) {
        if (seq !== last + 1) faults.push(`seq ${seq} came after ${last}`);
        if (text !== acked.get(seq)) faults.push(`seq ${seq} has another text`);
        last = seq;
      }
    }
    if (last !== client.last + acked.size)
      faults.push(`a client has ${last}, not ${client.last + acked.size}`);
  }
  return faults.slice(0, 20);
}
