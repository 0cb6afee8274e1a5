/** A room whose events are in the log, and in the documents as far as a test says. */
import type { Log, LogRecord, Store, UserId } from "../../../actors/ports.ts";
import type { RoomEvent, StampedEvent } from "../../../actors/room/events.ts";
import { frameOf, lineOf, serverOf } from "../../../actors/room/frame.ts";
import { project } from "../../../actors/room/project.ts";
import { MemoryLog } from "../../../src/log/memory.ts";
import { RoomEdge } from "../../../src/rooms/edge.ts";
import { memoryStore } from "../../../src/store/memory.ts";
import { ManualPlatform } from "../../contract/manual-platform.ts";

export const room = "room";

export class WrittenRoom {
  readonly platform = new ManualPlatform();
  readonly log: Log = new MemoryLog(this.platform);
  readonly store: Store = memoryStore();
  #seq = 0;
  #ord = 0;
  #position = 0;

  /** One record each. Returns the seq of the last. */
  async write(by: UserId, ...events: RoomEvent[]): Promise<number> {
    for (const event of events) {
      const seq = ++this.#seq;
      if (event.kind === "posted") this.#ord++;
      const at = this.platform.now();
      const stamped = { seq, at, ord: this.#ord, by, ...event } as StampedEvent;
      this.#position = await this.log.append(room, this.#position, {
        epoch: "E",
        from: seq,
        count: 1,
        at,
        frame: frameOf(room, "E", seq, [lineOf(stamped)]),
        server: serverOf({ parts: [{ by }] }),
      });
    }
    return this.#seq;
  }

  /** How many rows this read of messages gives from now on. */
  counted(read: "range" | "versions"): { rows: number } {
    const counter = { rows: 0 };
    const { messages } = this.store;
    const original = messages[read].bind(messages) as (...where: unknown[]) => Promise<unknown[]>;
    const counting = async (...where: unknown[]) => {
      const found = await original(...where);
      counter.rows += found.length;
      return found;
    };
    Object.assign(messages, { [read]: counting });
    return counter;
  }

  /** How many readings of the log's tail begin from now on. */
  tailsRead(): { read: number } {
    const counter = { read: 0 };
    const original = this.log.tail.bind(this.log);
    let last = -1;
    this.log.tail = async (room, after, bytesMax) => {
      // One reading goes on where it was, until there is no more.
      if (after !== last) counter.read++;
      const records = await original(room, after, bytesMax);
      last = records.at(-1)?.position ?? -1;
      return records;
    };
    return counter;
  }

  /** The history reader comes as far as the log is now. */
  async project(): Promise<void> {
    const checkpoint = await this.store.projection.checkpoint(0);
    const records: LogRecord[] = await this.log.scan(0, checkpoint, Number.MAX_SAFE_INTEGER);
    await this.store.projection.apply(records.flatMap(project), { stream: 0, position: this.#position });
  }
}

/** A group of ana and bob where later members see only what comes after their joining. */
export async function groupOfTwo(history: "everyone" | "joined" = "joined"): Promise<WrittenRoom> {
  const written = new WrittenRoom();
  await written.write("ana", {
    kind: "created",
    room: { kind: "group", name: "Birds", about: "", history, join: "closed" },
    members: [
      { user: "ana", role: "owner" },
      { user: "bob", role: "member" },
    ],
  });
  return written;
}

/** What the edge reads of it; nothing can be sent. */
export function edgeOf(written: WrittenRoom): RoomEdge {
  return new RoomEdge({ ...written, rooms: { ask: () => Promise.reject(new Error("nothing is sent")) } });
}
