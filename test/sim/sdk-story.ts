/** What people with the real SDK do: the same as others, by its words. */
import type { RoomId, UserId } from "../../actors/ports.ts";
import type { Room } from "../../sdk/api.ts";
import type { SdkDevice } from "./sdk-device.ts";
import type { World } from "./world.ts";

const pauseMs = 300;
/** Commands that may wait in the outbox. */
const waitingMax = 6;

export class SdkStory {
  readonly #world: World;
  readonly #users: readonly UserId[];
  readonly #rooms: readonly RoomId[];
  readonly #text: () => string;

  constructor(world: World, users: readonly UserId[], rooms: readonly RoomId[], text: () => string) {
    this.#world = world;
    this.#users = users;
    this.#rooms = rooms;
    this.#text = text;
  }

  async play(device: SdkDevice): Promise<void> {
    while (!this.#world.healed && !device.ended) {
      await device.pause(this.#world.upTo(2 * pauseMs));
      if (this.#world.healed) return;
      if (this.#world.chance((this.#world.faults.drops * pauseMs) / 1_000)) device.cut();
      if (this.#world.chance(0.02)) await device.restart();
      const id = this.#world.pick(this.#rooms);
      if (id === undefined || device.client.outbox.list().length >= waitingMax) continue;
      // A refusal is an answer: the checker reads it off the frames.
      this.#act(device, device.client.room(id)).catch(() => {});
    }
  }

  async #act({ user }: SdkDevice, room: Room): Promise<unknown> {
    const posts = room.timeline.snapshot().flatMap((row) => (row.type === "message" ? [row.message] : []));
    const stored = posts.filter(({ seq, deleted }) => seq !== null && !deleted);
    const own = this.#world.pick(stored.filter(({ by }) => by === user))?.seq ?? null;
    const any = this.#world.pick(stored)?.seq ?? null;
    const somebody = this.#world.pick(this.#users) ?? "";
    const dice = this.#world.upTo(20);
    if (dice < 9) return room.send({ text: this.#text() });
    if (dice < 11 && own !== null) return room.edit(own, this.#text());
    if (dice < 12 && own !== null) return room.remove(own);
    if (dice < 14 && any !== null)
      return room.react(any, this.#world.pick(["👍", "🎉"]) ?? "", this.#world.chance(0.7));
    if (dice < 16) return room.markRead();
    if (dice < 17) return room.add([somebody]);
    if (dice < 18) return room.kick(somebody);
    if (dice < 18.5) return room.leave();
    if (dice < 19) return room.typing();
    return room.timeline.older();
  }
}
