/** The people of one seed: they talk, correct themselves, come, go, and throw each other out, until the storm is over. */
import type { RoomId, SessionId, UserId } from "../../actors/ports.ts";
import { type Act, repertoire, type Stage } from "./repertoire.ts";
import type { Sender } from "./sender.ts";
import type { World } from "./world.ts";

export interface Cast {
  users: UserId[];
  sessions: { user: UserId; session: SessionId }[];
  groups: RoomId[];
  /** Rooms of two that come to be by their first message. */
  directs: { room: RoomId; pair: [UserId, UserId] }[];
}

/** Commands of one device that may be open at once. */
const openMax = 4;
const pauseMs = 250;
/** How much oftener than usual. */
const moods = [0, 0.5, 1, 1, 1, 3, 8] as const;

export class Story {
  /** A text that nobody has said yet. */
  readonly text: () => string;
  readonly #world: World;
  readonly #cast: Cast;
  readonly #stage: Stage;
  /** Swarm testing here too: in each seed people do some things often and others never. */
  readonly #acts: readonly Act[];
  readonly #weights: number;

  constructor(world: World, cast: Cast) {
    this.#world = world;
    this.#cast = cast;
    let texts = 0;
    this.text = () => `text ${++texts}`;
    this.#stage = { world, users: cast.users, text: this.text, acked: [] };
    this.#acts = repertoire.map((act) => ({ ...act, weight: act.weight * (world.pick(moods) ?? 1) }));
    this.#weights = this.#acts.reduce((sum, { weight }) => sum + weight, 0);
  }

  async play(sender: Sender): Promise<void> {
    const { device } = sender;
    const { socket } = device;
    while (!socket.ended) {
      await device.pause(this.#world.upTo(2 * pauseMs));
      if (this.#world.healed) return;
      if (this.#world.chance((this.#world.faults.drops * pauseMs) / 1_000)) socket.cut();
      if (this.#world.chance(0.003)) device.forget();
      if (this.#world.chance(0.004)) this.#revoke(sender);
      if (!socket.online || sender.open >= openMax) continue;
      this.#act(sender).catch((error) => this.#world.trace.add("act failed", String(error)));
    }
  }

  #revoke(sender: Sender): void {
    const { user, session } = sender.device.identity;
    const others = this.#cast.sessions.filter((each) => each.user === user && each.session !== session);
    const other = this.#world.pick(others);
    if (other !== undefined)
      sender.revoke(other.session).catch((error) => this.#world.trace.add(String(error)));
  }

  async #act(sender: Sender): Promise<void> {
    const { user } = sender.device;
    const direct = this.#world.chance(0.06) ? this.#world.pick(this.#cast.directs) : undefined;
    if (direct?.pair.includes(user)) {
      const text = this.#stage.text();
      const other = direct.pair.find((each) => each !== user);
      await sender.command("room.post", direct.room, { text, with: other }, `posted ${text} -`);
      return;
    }
    const room = this.#world.pick(this.#cast.groups);
    let left = this.#world.upTo(this.#weights);
    for (const act of this.#acts) {
      left -= act.weight;
      if (left < 0 && room !== undefined) return void (await act.play(this.#stage, sender, room));
    }
  }
}
