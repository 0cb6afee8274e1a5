/** Fifty sockets that post into one room as fast as they are let, each as many at once as it may. */
import type { Command } from "../../../test/sim/check/history.ts";
import { Refused, Seat } from "../../kit/seat.ts";
import type { Round } from "../round.ts";
import type { StageRoom } from "../stage.ts";

const senders = 50;
const postsAtOnce = 110;

export class Overload implements AsyncDisposable {
  /** Refused as `overloaded`. */
  refused = 0;
  readonly #round: Round;
  readonly #room: StageRoom;
  readonly #seats: { seat: Seat; user: string; device: string }[] = [];

  private constructor(round: Round, room: StageRoom) {
    this.#round = round;
    this.#room = room;
  }

  static async open(round: Round, room: StageRoom): Promise<Overload> {
    const overload = new Overload(round, room);
    const { nodes } = round.arena;
    for (let i = 0; i < senders; i++) {
      const bot = room.members[i % room.members.length] ?? room.owner;
      const device = `${bot.name} ${i}`;
      const { token } = await bot.access();
      const seat = await Seat.open(nodes[i % nodes.length]?.port ?? 0, token, device);
      overload.#seats.push({ seat, user: bot.user, device });
    }
    return overload;
  }

  /** Every seat posts; resolves when all are answered, or their connections are gone. */
  async wave(): Promise<void> {
    const posts = this.#seats.flatMap((seat) => Array.from({ length: postsAtOnce }, () => this.#post(seat)));
    await Promise.all(posts);
  }

  async #post({ seat, user, device }: { seat: Seat; user: string; device: string }): Promise<void> {
    const { arena, history } = this.#round;
    const [room, cid, text] = [this.#room.id, Bun.randomUUIDv7(), this.#round.text()];
    const command: Command = {
      ...{ user, device, op: "room.post", room, cid, body: `posted ${text} -`, invoked: arena.now() },
      ...{ phase: "info", answered: null, seq: 0, n: 0, epoch: "", code: "", knew: 0, sighted: false },
    };
    history.commands.push(command);
    try {
      const reply = (await seat.request("room.post", { room, cid, text })) as Pick<
        Command,
        "seq" | "n" | "epoch"
      >;
      Object.assign(command, {
        phase: "ok",
        answered: arena.now(),
        seq: reply.seq,
        n: reply.n,
        epoch: reply.epoch,
      });
    } catch (error) {
      if (!(error instanceof Refused) || error.code !== "overloaded") return;
      // Before acceptance: what was refused for that never lands.
      Object.assign(command, { phase: "fail", answered: arena.now(), code: error.code });
      this.refused++;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { seat } of this.#seats) seat.close();
  }
}
