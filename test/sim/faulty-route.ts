/**
 * The way of a command to the actor that decides. Both nodes believe that they own every room, so either may; a
 * command may be held for seconds while its caller retries elsewhere, and a reply may be lost.
 */
import type { RoomId } from "../../actors/ports.ts";
import type { RoomCommand, RoomReply } from "../../actors/room/commands.ts";
import type { Failure } from "../../actors/runtime/failure.ts";
import type { SimNode } from "../../actors/runtime/sim.ts";
import type { RoomPort } from "../../src/rooms/edge.ts";
import type { World } from "./world.ts";

/** The actors of one node that is up. */
export interface Owner {
  machine: SimNode;
  port: RoomPort;
}

type Answer = RoomReply | Failure;

export class FaultyRoute implements RoomPort {
  readonly #world: World;
  readonly #own: Owner;
  /** Another node that is up, if there is one. */
  readonly #other: () => Owner | null;

  constructor(world: World, own: Owner, other: () => Owner | null) {
    this.#world = world;
    this.#own = own;
    this.#other = other;
  }

  ask(room: RoomId, command: RoomCommand, timeoutMs: number): Promise<Answer> {
    const { faults } = this.#world;
    const owner = this.#owner();
    const held = this.#world.chance(faults.commandHeld);
    const mute = held || this.#world.chance(faults.replyLost);
    if (held) this.#world.saw("heldCommands");
    if (!mute && owner === this.#own) return this.#decide(owner, room, command, timeoutMs);
    return new Promise((resolve) => {
      const giveUp = mute ? Math.min(timeoutMs, 50 + this.#world.upTo(1_000)) : timeoutMs;
      this.#own.machine.after(giveUp, () => resolve({ failure: "timeout" }));
      const way = held ? this.#world.upTo(6_000) : this.#world.travel();
      this.#world.infra.after(way, () => {
        // Held long enough for its node to have died: then whoever is up gets it.
        const decider = held ? this.#owner() : owner;
        decider.machine.soon(() => {
          this.#decide(decider, room, command, timeoutMs).then(
            (answer) => {
              if (!mute) this.#own.machine.after(this.#world.travel(), () => resolve(answer));
            },
            (error) => this.#world.trace.add("ask threw", String(error)),
          );
        });
      });
    });
  }

  #owner(): Owner {
    const { faults } = this.#world;
    return this.#world.chance(faults.commandElsewhere) ? (this.#other() ?? this.#own) : this.#own;
  }

  async #decide(owner: Owner, room: RoomId, command: RoomCommand, timeoutMs: number): Promise<Answer> {
    const answer = await owner.port.ask(room, command, timeoutMs);
    if ("look" in answer) this.#world.saw("looks");
    if ("error" in answer) {
      if (answer.error.code === "closed" && command.do !== "landed") this.#world.saw("closedFound");
      if (answer.error.code === "conflict") this.#world.saw("conflicts");
      if (answer.error.code === "clock") this.#world.saw("clock");
    }
    if ("failure" in answer && answer.failure === "overloaded") this.#world.saw("overloaded");
    this.#world.trace.note("decided", room, command.do, command.cid, command.again, command.looked, answer);
    return answer;
  }
}
