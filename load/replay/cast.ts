/** Everybody who takes part: the people of the logs, an owner of all rooms, two who only listen, and a reader. */
import { randomBytes } from "node:crypto";
import { post, type Signed } from "../kit/http.ts";
import type { Plan } from "../plan.ts";
import type { Flight } from "./flight.ts";
import type { House } from "./house.ts";
import { type Credentials, Player } from "./player.ts";

/** The server hashes a few passwords at a time and refuses when too many wait. */
const registrationsMax = 16;
const listenersCount = 2;
/** After a kill clients come back with jitter, up to 20 s late; a busy machine takes its share. */
export const readyMs = 60_000;

export class Cast {
  /** The accounts of the plan, by index; then the listeners. */
  readonly players: readonly Player[];
  readonly owner: Player;
  /** Indexes of those who listen: members of every room from its beginning on. */
  readonly listeners: readonly number[];
  /** Reads everything in the end, over HTTP, from a device that nobody used before. */
  readonly reader: Credentials & { user: string };

  private constructor(
    players: readonly Player[],
    owner: Player,
    listeners: readonly number[],
    reader: Cast["reader"],
  ) {
    this.players = players;
    this.owner = owner;
    this.listeners = listeners;
    this.reader = reader;
  }

  static async gather(plan: Plan, house: House, flight: Flight): Promise<Cast> {
    const password = randomBytes(12).toString("base64url");
    const named = (login: string, display: string): Credentials => ({ login, display, password });
    const listeners = Array.from({ length: listenersCount }, (_, i) =>
      named(`listener${i + 1}`, `Listener ${i + 1}`),
    );
    const people = [...plan.accounts.map(({ login, display }) => named(login, display)), ...listeners];
    const players = people.map((credentials, who) => new Player(who, credentials, house, flight));
    const owner = new Player(people.length, named("theowner", "Owner"), house, flight);
    const queue = [owner, ...players];
    await Promise.all(
      Array.from({ length: registrationsMax }, async () => {
        for (let next = queue.pop(); next; next = queue.pop()) await next.register();
      }),
    );
    await Promise.all([owner, ...players].map((player) => player.ready(readyMs)));
    const reader = named("thereader", "Reader");
    const { user } = (await post(house.base, "/v1/register", {
      name: reader.login,
      display: reader.display,
      password,
      device: "registration",
    })) as Signed;
    const first = plan.accounts.length;
    return new Cast(
      players,
      owner,
      listeners.map((_, i) => first + i),
      { ...reader, user },
    );
  }

  async leave(): Promise<void> {
    await Promise.all([this.owner, ...this.players].map((player) => player.client.close()));
  }
}

/** A new session of this account: tokens that nobody has used. */
export async function freshSession(
  base: string,
  { login, password }: Credentials,
  device: string,
): Promise<Signed> {
  return (await post(base, "/v1/login", { name: login, password, device })) as Signed;
}
