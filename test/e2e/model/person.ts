/** Somebody with an account: sessions, and the devices that use them. */
import { Device } from "./device.ts";
import { call, http } from "./http.ts";
import type { ModelRoom } from "./room.ts";
import { okOf, type Result } from "./wire.ts";

interface Tokens {
  user: string;
  session: string;
  access: string;
  refresh: string;
}

/** A sign-in on one device; `spent` are its older refresh tokens, newest last. */
export interface Session extends Tokens {
  device: string;
  spent: string[];
}

const password = "correct horse battery";
let names = 0;

export class Person {
  readonly id: string;
  readonly name: string;
  devices: Device[] = [];
  retired: Device[] = [];
  sessions: Session[] = [];
  readonly #url: string;
  #signIns = 0;
  /** What was in the account before this run is of no concern. */
  #since = 0;

  private constructor(url: string, name: string, id: string) {
    this.#url = url;
    this.name = name;
    this.id = id;
  }

  /** A new account, signed in. */
  static async register(url: string): Promise<Person> {
    const name = `person${++names}`;
    const device = `${name}-0`;
    const tokens = granted(await http(url, "POST", "/v1/register", { name, password, device }));
    const person = new Person(url, name, tokens.user);
    person.#signedIn(tokens, device);
    return person;
  }

  /** A run begins: one tab, fresh tokens, and an account that counts from here. */
  async arrive(): Promise<void> {
    for (const session of this.sessions)
      this.renew(session, await this.refresh(session.refresh, session.device));
    this.devices = [];
    this.retired = [];
    const device = this.tab();
    const input = { since: Number.MAX_SAFE_INTEGER };
    this.#since = Number(okOf(await call(this.#url, device.token, "account.sync", input)).version);
    this.devices = [this.stray(this.sessions[0] as Session)];
  }

  /** Takes what a refresh gave. */
  renew(session: Session, result: Result): void {
    const { access, refresh } = granted(result);
    session.spent.push(session.refresh);
    Object.assign(session, { access, refresh });
  }

  /** One more session, on a device of its own. */
  async login(): Promise<Device> {
    const device = `${this.name}-${++this.#signIns}`;
    const { name } = this;
    const tokens = granted(await http(this.#url, "POST", "/v1/login", { name, password, device }));
    return this.#signedIn(tokens, device);
  }

  async refresh(refresh: string, device: string): Promise<Result> {
    return await http(this.#url, "POST", "/v1/refresh", { refresh, device });
  }

  /** One more tab of a session. */
  tab(session: Session = this.sessions[0] as Session): Device {
    const device = this.stray(session);
    this.devices.push(device);
    return device;
  }

  /** A tab that nobody keeps. */
  stray({ session, access }: Session): Device {
    return new Device(this.#url, this.id, { session, token: access, since: this.#since });
  }

  /** What it saw stays to be judged. */
  async retire(device: Device): Promise<void> {
    await device.drop();
    this.devices.splice(this.devices.indexOf(device), 1);
    this.retired.push(device);
  }

  /** The highest cursor that one of the tabs named in this room. */
  named(room: ModelRoom): number {
    const named = [...this.devices, ...this.retired].flatMap((device) => device.named.get(room.id) ?? []);
    return Math.max(0, ...named.filter(({ epoch }) => epoch === room.epoch).map(({ seq }) => seq));
  }

  /** The session is over, and so are its tabs. */
  async end(session: Session): Promise<void> {
    this.sessions = this.sessions.filter((one) => one !== session);
    for (const device of this.devices.filter((one) => one.session === session.session))
      await this.retire(device);
  }

  #signedIn(tokens: Tokens, device: string): Device {
    const session = { ...tokens, device, spent: [] };
    this.sessions.push(session);
    return this.tab(session);
  }
}

function granted(result: Result): Tokens {
  return okOf(result) as unknown as Tokens;
}
