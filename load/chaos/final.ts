/** Everything that can be read when all is at rest: the log itself, every node, the database, every device. */
import { MongoClient } from "mongodb";
import type { LogRecord, RoomId } from "../../actors/ports.ts";
import { openJetStream } from "../../src/log/jetstream/open.ts";
import { platform } from "../../src/platform.ts";
import type { MessageDoc } from "../../src/store/mongo/schema.ts";
import type { Shown } from "../../test/sim/check/history.ts";
import type { Page } from "../../test/sim/recorder.ts";
import { get } from "../kit/http.ts";
import type { Arena } from "./arena.ts";
import type { Bot } from "./bots/bot.ts";
import type { Document } from "./check/evidence.ts";
import type { StageRoom } from "./stage.ts";

const pageEvents = 100;
const tailBytes = 4 * 1_048_576;
const pauseMs = 200;

/** The rooms' records, straight from NATS. */
export async function readLogs(url: string, rooms: readonly RoomId[]): Promise<Map<RoomId, LogRecord[]>> {
  await using jetstream = await openJetStream({ url, platform, create: false });
  const logs = new Map<RoomId, LogRecord[]>();
  for (const room of rooms) {
    const records: LogRecord[] = [];
    for (;;) {
      const more = await jetstream.log.tail(room, records.at(-1)?.position ?? 0, tailBytes);
      if (more.length === 0) break;
      records.push(...more);
    }
    logs.set(room, records);
  }
  return logs;
}

/** Every node is asked for all pages of every room, by its owner. */
export async function readNodes(arena: Arena, rooms: readonly StageRoom[]): Promise<void> {
  for (const [index, node] of arena.nodes.entries()) {
    for (const { id, owner } of rooms) {
      const { token } = await owner.access();
      for (let after = 0, head = 1; after < head; ) {
        const asked = arena.now();
        const path = `/v1/rooms/${id}/history?after=${after}&limit=${pageEvents}`;
        const page = (await get(node.url, path, token)) as Page;
        const by = {
          ...({ user: owner.user, device: owner.name, path: "history", sighted: true, asked } as const),
          ...{ node: arena.nameOf(node), connection: `page of node ${index} at ${asked}` },
        };
        arena.recorder.page(by, id, page, 0);
        if (page.to <= after) break;
        ({ to: after, head } = page);
      }
    }
  }
}

/** Straight from MongoDB, once it has as many as the log. */
export async function readDocuments(arena: Arena, heads: ReadonlyMap<RoomId, number>): Promise<Document[]> {
  await using client = new MongoClient(arena.cluster.mongo.url());
  const messages = client.db().collection<MessageDoc>("messages");
  const all: Document[] = [];
  for (const [room, head] of heads) {
    const query = { "_id.room": room };
    const isThere = async () => (await messages.countDocuments(query)) >= head;
    // What is missing after that is for the checker to say.
    await arena.until("history has written it", isThere).catch(() => {});
    for await (const { _id, event, gone } of messages.find(query)) {
      all.push({ room, seq: _id.seq, line: event?.line ?? null, gone: gone ?? null });
    }
  }
  return all;
}

/**
 * What every member's device shows and what the server says to it of the room, asked again until it is whole.
 * @param more whether there is time for another try of one that lacks something: who, what, why
 */
export async function showAll(
  rooms: readonly StageRoom[],
  heads: ReadonlyMap<RoomId, number>,
  more: (lack: string) => boolean,
): Promise<Shown[]> {
  const shown = await Promise.all(
    rooms.flatMap(({ id, members }) => members.map((bot) => showWhole(bot, id, heads.get(id) ?? 0, more))),
  );
  return shown.filter((each) => each !== null);
}

async function showWhole(
  bot: Bot,
  room: RoomId,
  head: number,
  more: (lack: string) => boolean,
): Promise<Shown | null> {
  for (;;) {
    let last: Shown | null = null;
    let lack: string;
    try {
      last = await bot.show(room);
      if (last.head === head && last.faults.length === 0) {
        last.summary = await bot.summary(room);
        return last;
      }
      lack = `at ${last.head} of ${head}, without ${last.faults.join(", ")}`;
    } catch (error) {
      lack = String(error);
    }
    if (!more(`${bot.name} of ${room} on ${bot.node}, ${bot.client.connection}: ${lack}`)) return last;
    await Bun.sleep(pauseMs);
  }
}
