/** The mirror of the account: profile and memberships, moved on by deltas. */
import type { Item, RoomId } from "../actors/ports.ts";
import type { Role } from "../actors/room/model.ts";

/** Item `room:<id>`. `to` closes what a former member sees. */
export interface MembershipItem {
  role: Role | null;
  from: number;
  to: number | null;
  banned: boolean;
  seq: number;
}

export interface ProfileItem {
  name: string;
  display: string;
  about: string;
}

type Request = (op: string, input: unknown) => Promise<unknown>;

export class Account {
  #version = 0;
  readonly #items = new Map<string, unknown>();
  #syncing: Promise<void> | null = null;
  #wanted = 0;

  get profile(): ProfileItem | null {
    return (this.#items.get("profile") as ProfileItem | undefined) ?? null;
  }

  membership(room: RoomId): MembershipItem | null {
    return (this.#items.get(`room:${room}`) as MembershipItem | undefined) ?? null;
  }

  /** Present and former rooms. */
  *rooms(): Iterable<[RoomId, MembershipItem]> {
    for (const [key, value] of this.#items) {
      if (key.startsWith("room:")) yield [key.slice(5), value as MembershipItem];
    }
  }

  clear(): void {
    this.#version = this.#wanted = 0;
    this.#items.clear();
  }

  /** Fetches deltas until the mirror is at `version` at least. Calls share one run. */
  async sync(version: number, request: Request): Promise<void> {
    this.#wanted = Math.max(this.#wanted, version);
    this.#syncing ??= this.#run(request).finally(() => {
      this.#syncing = null;
    });
    return this.#syncing;
  }

  async #run(request: Request): Promise<void> {
    for (let more = false; more || this.#version < this.#wanted; ) {
      const delta = (await request("account.sync", { since: this.#version })) as {
        version: number;
        items: Item[];
        more: boolean;
      };
      for (const { key, value, version } of delta.items) {
        if (value === null) this.#items.delete(key);
        else this.#items.set(key, value);
        // A part of the delta counts up to its last item; only the whole one counts as its version.
        this.#version = Math.max(this.#version, version);
      }
      more = delta.more;
      if (!more) {
        this.#version = Math.max(this.#version, delta.version);
        // What the server doesn't know (any more) can't be waited for.
        this.#wanted = Math.min(this.#wanted, this.#version);
      }
    }
  }
}
