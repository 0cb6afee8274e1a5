/** One room of a replay while it is played: who is in, who was removed, which lines were acked at which seq. */
import type { Room } from "../../sdk/api.ts";
import type { Sent } from "../oracle.ts";
import type { Post, RoomPlan, Step } from "../plan.ts";
import type { Player } from "./player.ts";

/** Refusals of somebody who isn't a member, or whose earlier attempt was closed for that reason. */
const outside = new Set(["forbidden", "not-found", "closed"]);

/** Somebody whom the owner removed, until they are back. */
interface Absence {
  back: Promise<void>;
  /** They have something to do: bring them back now. */
  hurry: () => void;
}

export class Stage {
  readonly plan: RoomPlan;
  readonly id: string;
  readonly history: "everyone" | "joined";
  readonly owner: Room;
  /** Members of whom the script or the owner knows, by account. */
  readonly members: Set<number>;
  readonly sent: Sent[] = [];
  /** Posts that were refused because their author was out, and sent anew. */
  refused = 0;
  readonly #players: readonly Player[];
  readonly #absences = new Map<number, Absence>();
  /** How often each account was removed. */
  readonly #removals = new Map<number, number>();
  #haste = false;
  readonly #acks = new Map<number, PromiseWithResolvers<number>>();

  constructor(
    plan: RoomPlan,
    owner: Room,
    history: "everyone" | "joined",
    players: readonly Player[],
    members: readonly number[],
  ) {
    this.plan = plan;
    this.id = owner.id;
    this.owner = owner;
    this.history = history;
    this.#players = players;
    this.members = new Set(members);
  }

  /** Members who can be removed now. */
  removable(): number[] {
    return [...this.members].filter((who) => !this.#absences.has(who));
  }

  /** Resolves when the line that this one answers was acked. */
  async ready(step: Step): Promise<void> {
    if (step.do === "post" && step.re !== null) await this.#ackOf(step.re).promise;
  }

  async perform(step: Step): Promise<void> {
    switch (step.do) {
      case "post":
        return this.#post(step);
      case "join":
        return this.#join(step.who);
      case "leave":
        return this.#leave(step.who);
    }
  }

  /** The owner takes somebody out and, after a while or when they are needed, in again. */
  async remove(who: number, pause: (hurried: Promise<void>) => Promise<void>): Promise<void> {
    const back = Promise.withResolvers<void>();
    const hurried = Promise.withResolvers<void>();
    this.#removals.set(who, this.#removalsOf(who) + 1);
    this.#absences.set(who, { back: back.promise, hurry: hurried.resolve });
    const { user } = this.#player(who);
    try {
      await unchanged(this.owner.kick(user));
      await pause(hurried.promise);
      await unchanged(this.owner.add([user]));
      this.members.add(who);
    } finally {
      this.#absences.delete(who);
      back.resolve();
    }
  }

  async #post(step: Post): Promise<void> {
    const player = this.#player(step.who);
    const re = step.re === null ? null : await this.#ackOf(step.re).promise;
    for (;;) {
      const hasty = this.#absences.has(step.who) && this.#hasty();
      if (!hasty) await this.#join(step.who);
      // Removed in the very moment: nothing was sent yet.
      if (!hasty && this.#absences.has(step.who)) continue;
      const removals = this.#removalsOf(step.who) - (hasty ? 1 : 0);
      const draft = { text: step.text, ...(re === null ? {} : { re }) };
      try {
        const { seq } = await player.client.room(this.id).send(draft);
        this.sent.push({ line: step.line, by: player.user, text: step.text, re: step.re, seq });
        this.#ackOf(step.line).resolve(seq);
        return;
      } catch (error) {
        // A refusal is right only for somebody who was removed while the post was on its way.
        const wasOut = outside.has(codeOf(error)) && this.#removalsOf(step.who) > removals;
        if (!wasOut) throw new Error(this.#say(step, error), { cause: error });
        this.refused++;
        // That attempt is refused for good; the copy that the client keeps for its user goes.
        await this.#forget(player);
      }
    }
  }

  async #join(who: number): Promise<void> {
    await this.#return(who);
    if (this.members.has(who)) return;
    await unchanged(this.#player(who).client.join(this.id));
    this.members.add(who);
  }

  async #leave(who: number): Promise<void> {
    await this.#return(who);
    if (!this.members.delete(who)) return;
    await unchanged(this.#player(who).client.room(this.id).leave());
  }

  /** Waits until a removed one is back, and asks for it. */
  async #return(who: number): Promise<void> {
    for (let absence = this.#absences.get(who); absence; absence = this.#absences.get(who)) {
      absence.hurry();
      await absence.back;
    }
  }

  /** Every other one who is out speaks all the same, to be refused. */
  #hasty(): boolean {
    this.#haste = !this.#haste;
    return this.#haste;
  }

  #removalsOf(who: number): number {
    return this.#removals.get(who) ?? 0;
  }

  async #forget(player: Player): Promise<void> {
    const mine = player.client.outbox.list().filter(({ room, op }) => room === this.id && op === "room.post");
    for (const { cid } of mine) await player.client.outbox.discard(cid);
  }

  #ackOf(line: number): PromiseWithResolvers<number> {
    const known = this.#acks.get(line);
    if (known) return known;
    const made = Promise.withResolvers<number>();
    this.#acks.set(line, made);
    return made;
  }

  #player(who: number): Player {
    const player = this.#players[who];
    if (!player) throw new Error(`there is no account ${who}`);
    return player;
  }

  #say(step: Step, error: unknown): string {
    return `${this.plan.file}, line ${step.line}: ${codeOf(error)} ${error instanceof Error ? error.message : ""}`;
  }
}

export function codeOf(error: unknown): string {
  return error !== null && typeof error === "object" && "code" in error ? String(error.code) : "";
}

/** Asking for what is so already is no fault of the server: a lost reply makes us ask twice. */
async function unchanged(asked: Promise<unknown>): Promise<void> {
  try {
    await asked;
  } catch (error) {
    if (codeOf(error) !== "unchanged") throw error;
  }
}
