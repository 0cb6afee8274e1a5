/** Sockets before their welcome: bounded in number and time, all of them and per address, a few hellos at once. */

import { limits } from "../../actors/limits.ts";
import type { ConnectionId, SessionId, UserId } from "../../actors/ports.ts";
import type { Platform } from "../../actors/runtime/platform.ts";
import { createGate } from "../auth/gate.ts";
import type { Caller } from "../operations/operation.ts";
import type { CloseName } from "../protocol/close.ts";
import type { Connection } from "./connection.ts";
import { Groups } from "./groups.ts";
import type { Incoming } from "./parse.ts";

export interface AdmissionSources {
  platform: Platform;
  /** null: the token is refused. Checks that the session still lives. */
  authenticate(token: string): Promise<Caller | null>;
  /** Asked again once the node listens for revocations: one may have come in between. */
  sessionLives(session: SessionId): Promise<boolean>;
  users: UserDesk;
  onFailure: (error: unknown) => void;
}

/** The node's user actors, as the gateway needs them. */
export interface UserDesk {
  /** A connection came. Resolves to the account's version, read after the node listens for changes. */
  opened(user: UserId, session: SessionId, connection: ConnectionId): Promise<number>;
  closed(user: UserId, connection: ConnectionId): void;
}

/** What the gateway does with those that pass. */
export interface AdmissionHooks {
  /** A socket of the same tab that was opened after it is welcome already. */
  outdated(connection: Connection): boolean;
  /** It is somebody's now. `version`: of the account, for its welcome. */
  admitted(connection: Connection, version: number): void;
}

/** A socket before welcome. */
interface Pending {
  connection: Connection;
  /** From the subprotocol header. */
  token: string | null;
  cancel: () => void;
  busy: boolean;
  /** Whose it will be, once the token is read. */
  caller: Caller | null;
  /** The account's version that its welcome names: changes may be told before it is out. */
  version: number;
}

export class Admission {
  readonly #sources: AdmissionSources;
  readonly #hooks: AdmissionHooks;
  readonly #pending = new Map<Connection, Pending>();
  /** After a restart all clients come at once. */
  readonly #gate = createGate(limits.hellosAtOnce, limits.unauthenticatedMax);
  readonly #byUser = new Groups<UserId, Pending>();
  readonly #perAddress = new Map<string, number>();

  constructor(sources: AdmissionSources, hooks: AdmissionHooks) {
    this.#sources = sources;
    this.#hooks = hooks;
  }

  /** A socket came. `token`: from the subprotocol header, if there was one. */
  open(connection: Connection, token: string | null): void {
    const { address } = connection;
    const cancel = this.#sources.platform.after(limits.helloMs, () => {
      // One of us is slow. It says nothing of the token: 4500 would sign them out.
      connection.close(this.#pending.get(connection)?.busy ? "overloaded" : "slow", "no hello in time");
    });
    this.#pending.set(connection, { connection, token, cancel, busy: false, caller: null, version: 0 });
    const already = this.#perAddress.get(address) ?? 0;
    this.#perAddress.set(address, already + 1);
    if (this.#pending.size > limits.unauthenticatedMax || already >= limits.unauthenticatedPerAddressMax) {
      connection.close("overloaded");
    }
  }

  /** Whether it waits for its welcome. */
  holds(connection: Connection): boolean {
    return this.#pending.has(connection);
  }

  receive(connection: Connection, frame: Incoming): void {
    const pending = this.#pending.get(connection);
    if (pending === undefined) return;
    if (pending.busy || frame.t !== "hello") {
      return connection.close("protocol", "hello comes first, and nothing before welcome");
    }
    const token = frame.token ?? pending.token;
    if (token === null) return connection.close("unauthorized");
    pending.busy = true;
    this.#gate(() => this.#admit(pending, token, frame.tab)).catch((error) => {
      this.#sources.onFailure(error);
      connection.close("overloaded");
    });
  }

  /** It is gone, or welcome. */
  forget(connection: Connection): void {
    const pending = this.#pending.get(connection);
    if (pending === undefined) return;
    pending.cancel();
    this.#pending.delete(connection);
    if (pending.caller !== null) this.#byUser.remove(pending.caller.user, pending);
    const { address } = connection;
    const left = (this.#perAddress.get(address) ?? 1) - 1;
    if (left === 0) this.#perAddress.delete(address);
    else this.#perAddress.set(address, left);
  }

  /** The account changed. Their welcome says it: whatever a client learns of before that, it would miss. */
  told(user: UserId, version: number): void {
    for (const pending of this.#byUser.of(user)) pending.version = Math.max(pending.version, version);
  }

  closeSession(session: SessionId, why: CloseName): void {
    for (const { connection, caller } of [...this.#pending.values()]) {
      if (caller?.session === session) connection.close(why);
    }
  }

  closeAll(why: CloseName, detail: string): void {
    for (const connection of [...this.#pending.keys()]) connection.close(why, detail);
  }

  async #admit(pending: Pending, token: string, tab: string): Promise<void> {
    const { users } = this.#sources;
    const { connection } = pending;
    // It may have gone while others were admitted.
    if (connection.closed) return;
    const caller = await this.#sources.authenticate(token);
    if (connection.closed) return;
    if (caller === null) return connection.close("unauthorized");
    pending.caller = caller;
    this.#byUser.add(caller.user, pending);
    let admitted = false;
    try {
      const version = await users.opened(caller.user, caller.session, connection.connection);
      pending.version = Math.max(pending.version, version);
      if (!(await this.#sources.sessionLives(caller.session))) return connection.close("revoked");
      if (connection.closed) return;
      connection.user = caller.user;
      connection.session = caller.session;
      connection.expiresAt = caller.expiresAt;
      connection.tab = tab;
      // A hello that was long in coming must not throw out the tab's newer socket: 4502 tells its client to stop.
      if (this.#hooks.outdated(connection)) return connection.close("replaced");
      admitted = true;
    } finally {
      // However it ended: nobody else knows that it was announced.
      if (!admitted) users.closed(caller.user, connection.connection);
    }
    this.forget(connection);
    this.#hooks.admitted(connection, pending.version);
  }
}
