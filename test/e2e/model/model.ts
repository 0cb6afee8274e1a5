/** All that the model knows: rooms, watermarks. Commands are submitted here and on the server alike. */
import type { Answer, Sent } from "./act.ts";
import { ModelRoom, untold } from "./room.ts";
import { horizon } from "./sight.ts";

export interface Mark {
  delivered: number;
  read: number;
}

/** What came back for one command: its answer, and what only the server can know. */
export interface Reply {
  answer: Answer;
  at?: number;
  epoch?: string;
  /** The id of the room that a create made. */
  room?: string;
  /** It was sent before like this, and nobody knows whether that came to anything. */
  lost?: Sent;
}

export class Model {
  /** By key: `group <creator> <cid>`, `direct <one> <other>`. In order of making. */
  rooms = new Map<string, ModelRoom>();
  readonly marks = new Map<string, Mark>();
  readonly people: readonly string[];
  /** Every command so far, to be sent again. */
  readonly sent: Sent[] = [];

  constructor(people: readonly string[]) {
    this.people = people;
  }

  room(key: string): ModelRoom {
    const room = this.rooms.get(key) ?? new ModelRoom();
    this.rooms.set(key, room);
    return room;
  }

  /** Rooms that have an id, in the order of their making. */
  existing(): [key: string, room: ModelRoom][] {
    return [...this.rooms].filter(([, { id }]) => id !== "");
  }

  mark(room: ModelRoom, user: string): Mark {
    return this.marks.get(`${room.id} ${user}`) ?? { delivered: 0, read: 0 };
  }

  /** Watermarks only rise, and never above what the user may know of. */
  raise(room: ModelRoom, user: string, to: Mark): void {
    const top = horizon(room, user);
    const { delivered, read } = this.mark(room, user);
    this.marks.set(`${room.id} ${user}`, {
      delivered: Math.max(delivered, Math.min(to.delivered, top)),
      read: Math.max(read, Math.min(to.read, top)),
    });
  }

  /**
   * Commands that were under way together: their replies must be those of one order, one after the other, and the
   * model goes on from there. @throws when no order explains them
   */
  explain(together: readonly Sent[], replies: readonly Reply[]): void {
    for (const order of permutations([...together.keys()])) {
      const before = this.rooms;
      this.rooms = new Map(before);
      const fits = order.every((i) => this.#fits(together[i] as Sent, replies[i] as Reply));
      if (fits) {
        this.sent.push(...together);
        return;
      }
      this.rooms = before;
    }
    throw new Error(this.#disagreement(together, replies));
  }

  #fits(sent: Sent, { answer, at, epoch, room: id, lost }: Reply): boolean {
    const room = this.#submitted(sent, answer, lost === undefined ? [[]] : [[], [lost]]);
    if (room === null) return false;
    if (!("ok" in answer)) return true;
    if (id !== undefined && room.id !== "" && room.id !== id) return false;
    if (epoch !== undefined && room.epoch !== "" && room.epoch !== epoch) return false;
    room.id ||= id ?? "";
    room.epoch ||= epoch ?? "";
    const { seq, n } = answer.ok;
    const before = seq === 1 ? 0 : room.event(seq - 1).at;
    for (let i = 0; i < n; i++) {
      const event = room.event(seq + i);
      if (at === undefined || at < before || (event.at !== untold && event.at !== at)) return false;
      event.at = at;
    }
    return true;
  }

  /** The room after this command, and one of these before it, if that makes this answer. */
  #submitted(sent: Sent, answer: Answer, befores: readonly Sent[][]): ModelRoom | null {
    for (const before of befores) {
      const room = this.room(sent.room).copy();
      for (const each of before) room.submit(each, this.people);
      if (JSON.stringify(room.submit(sent, this.people)) !== JSON.stringify(answer)) continue;
      this.rooms.set(sent.room, room);
      return room;
    }
    return null;
  }

  #disagreement(together: readonly Sent[], replies: readonly Reply[]): string {
    const lines = together.map((sent, i) => {
      const room = this.room(sent.room).copy();
      const expected = room.submit(sent, this.people);
      return `${JSON.stringify(sent)}\n  server: ${JSON.stringify(replies[i])}\n  model, if it came first: ${JSON.stringify(expected)}`;
    });
    return ["no order of these explains the replies", ...lines].join("\n");
  }
}

function permutations(items: readonly number[]): number[][] {
  if (items.length < 2) return [[...items]];
  return items.flatMap((item, i) =>
    permutations([...items.slice(0, i), ...items.slice(i + 1)]).map((rest) => [item, ...rest]),
  );
}
