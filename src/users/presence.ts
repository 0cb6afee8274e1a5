/**
 * Who looks at whom. Presence is subscribed only for users that somebody on this node watches. What a node says of a user
 * counts for a minute, unless it is said again: so a node that dies goes offline by itself, and a lost note heals. All nodes are
 * asked at once, for many users together: nobody knows which of them have a user.
 */

import * as v from "valibot";
import { limits } from "../../actors/limits.ts";
import type { Bus, ConnectionId, Json, Millis, Store, Unsubscribe, UserId } from "../../actors/ports.ts";
import type { Platform } from "../../actors/runtime/platform.ts";
import { merge, type PresenceState, type Presence as Seen } from "../../actors/user/user.ts";
import type { ServerFrame } from "../protocol/frames.ts";
import { every } from "../waiting.ts";

export interface PresenceSources {
  /** This node's name among those on the bus. */
  node: string;
  /** How many nodes answer for users; null: as many as there are. */
  answering: () => number | null;
  bus: Bus;
  store: Pick<Store, "accounts">;
  platform: Platform;
  /** How a user is on this node. */
  stateOf(user: UserId): PresenceState;
  /** Sends a frame to one connection, if it is still there. */
  push(connection: ConnectionId, frame: ServerFrame): void;
  onFailure: (error: unknown) => void;
}

/** What one node said of a user. */
interface Lease {
  readonly node: string;
  state: PresenceState;
  until: number;
  heardAt: Millis;
}

interface Watched {
  readonly by: Set<ConnectionId>;
  /** Mostly one or none. */
  leases: Lease[];
  /** What the watchers were told. */
  told: PresenceState;
  unsubscribe: Unsubscribe;
}

/** Long enough for every node to answer; presence is lossy by design. */
const askMs = 500;
/** Users of one question: 24 KB. */
const askMax = 1_000;
const subject = "presence";

const state = v.picklist(["online", "away", "offline"]);
const note = v.object({ node: v.string(), state, lastSeen: v.nullable(v.number()) });
const question = v.object({ users: v.pipe(v.array(v.string()), v.maxLength(askMax)) });
const answer = v.object({ node: v.string(), states: v.array(v.strictTuple([v.string(), state])) });
type Answer = v.InferOutput<typeof answer>;

export class Presence {
  readonly #sources: PresenceSources;
  readonly #watched = new Map<UserId, Watched>();
  readonly #watching = new Map<ConnectionId, Set<UserId>>();
  readonly #stops: Unsubscribe[] = [];
  readonly #endRenewals: () => void;

  constructor(sources: PresenceSources) {
    this.#sources = sources;
    sources.bus
      .subscribe(subject, (message, reply) => this.#answer(message, reply))
      .then((unsubscribe) => this.#stops.push(unsubscribe), sources.onFailure);
    // Twice in the life of a lease, so that one lost answer ends none.
    this.#endRenewals = every(sources.platform, limits.presenceLeaseMs / 2, () => {
      this.#lapse();
      this.#askNodes([...this.#watched.keys()]).catch(sources.onFailure);
    });
  }

  /** Replaces the set that a connection looks at; resolves to the states now. */
  async watch(connection: ConnectionId, users: readonly UserId[]): Promise<({ user: UserId } & Seen)[]> {
    const wanted = new Set(users);
    const before = this.#watching.get(connection) ?? new Set();
    for (const user of before) if (!wanted.has(user)) this.#leave(connection, user);
    this.#watching.set(connection, wanted);
    await Promise.all(
      [...wanted].filter((user) => !before.has(user)).map((user) => this.#enter(connection, user)),
    );
    return await this.ask([...wanted], connection);
  }

  forget(connection: ConnectionId): void {
    for (const user of this.#watching.get(connection) ?? []) this.#leave(connection, user);
    this.#watching.delete(connection);
  }

  /**
   * Asks all nodes about these users. What is watched here is remembered.
   * @param asker learns it by the answer: no frame for that one. Default: nobody watches
   */
  async ask(users: readonly UserId[], asker?: ConnectionId): Promise<({ user: UserId } & Seen)[]> {
    const [accounts, answers] = await Promise.all([
      this.#sources.store.accounts.many(users),
      this.#askNodes(users, asker),
    ]);
    const lastSeen = new Map(accounts.map((account) => [account.id, account.lastSeenAt]));
    return users.map((user) => {
      const state = merge(answers.flatMap(({ states }) => states.get(user) ?? []));
      return { user, state, lastSeen: state === "offline" ? (lastSeen.get(user) ?? null) : null };
    });
  }

  stop(): void {
    this.#endRenewals();
    for (const stop of this.#stops) stop();
  }

  async #askNodes(
    users: readonly UserId[],
    asker?: ConnectionId,
  ): Promise<{ states: ReadonlyMap<UserId, PresenceState> }[]> {
    const all: { states: ReadonlyMap<UserId, PresenceState> }[] = [];
    for (let at = 0; at < users.length; at += askMax) {
      const some = users.slice(at, at + askMax);
      const { bus, answering } = this.#sources;
      const answers = await bus.request(subject, { users: some }, askMs, answering() ?? undefined);
      for (const message of answers) {
        const said = parsed(answer, message);
        if (said === null) continue;
        const states = new Map(said.states);
        all.push({ states });
        // Whom it doesn't name isn't there.
        for (const user of some) {
          this.#heard(user, { node: said.node, state: states.get(user) ?? "offline", lastSeen: null }, asker);
        }
      }
    }
    return all;
  }

  #answer(message: Json, reply?: (reply: Json) => void): void {
    const asked = parsed(question, message);
    if (asked === null || reply === undefined) return;
    const states: Answer["states"] = asked.users
      .map((user): Answer["states"][number] => [user, this.#sources.stateOf(user)])
      .filter(([, state]) => state !== "offline");
    reply({ node: this.#sources.node, states });
  }

  async #enter(connection: ConnectionId, user: UserId): Promise<void> {
    const watched = this.#watched.get(user);
    if (watched !== undefined) {
      watched.by.add(connection);
      return;
    }
    const fresh: Watched = {
      by: new Set([connection]),
      leases: [],
      told: "offline",
      unsubscribe: () => {},
    };
    this.#watched.set(user, fresh);
    try {
      fresh.unsubscribe = await this.#sources.bus.subscribe(`presence.${user}`, (message) => {
        const said = parsed(note, message);
        if (said !== null) this.#heard(user, said);
      });
    } catch (error) {
      // Others wait for it, too: the renewal asks for the user all the same.
      this.#sources.onFailure(error);
    }
    if (fresh.by.size === 0) fresh.unsubscribe();
  }

  #leave(connection: ConnectionId, user: UserId): void {
    const watched = this.#watched.get(user);
    watched?.by.delete(connection);
    if (watched === undefined || watched.by.size > 0) return;
    watched.unsubscribe();
    this.#watched.delete(user);
  }

  #heard(user: UserId, { node, state, lastSeen }: v.InferOutput<typeof note>, asker?: ConnectionId): void {
    const watched = this.#watched.get(user);
    if (watched === undefined) return;
    const { platform } = this.#sources;
    watched.leases = watched.leases.filter((lease) => lease.node !== node);
    if (state !== "offline") {
      const until = platform.monotonic() + limits.presenceLeaseMs;
      watched.leases.push({ node, state, until, heardAt: platform.now() });
    }
    this.#tell(user, watched, lastSeen, asker);
  }

  #tell(user: UserId, watched: Watched, lastSeen: Millis | null, asker?: ConnectionId): void {
    const state = merge(watched.leases.map((lease) => lease.state));
    if (state === watched.told) return;
    watched.told = state;
    const frame: ServerFrame = {
      t: "presence",
      user,
      state,
      lastSeen: state === "offline" ? (lastSeen ?? this.#sources.platform.now()) : null,
    };
    for (const connection of watched.by) if (connection !== asker) this.#sources.push(connection, frame);
  }

  #lapse(): void {
    const now = this.#sources.platform.monotonic();
    for (const [user, watched] of this.#watched) {
      const [oldest] = watched.leases.filter(({ until }) => until <= now);
      if (oldest === undefined) continue;
      watched.leases = watched.leases.filter(({ until }) => until > now);
      this.#tell(user, watched, oldest.heardAt);
    }
  }
}

function parsed<const Schema extends v.GenericSchema>(
  schema: Schema,
  message: Json,
): v.InferOutput<Schema> | null {
  const result = v.safeParse(schema, message);
  return result.success ? result.output : null;
}
