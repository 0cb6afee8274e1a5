/** Who somebody is: accounts and passwords in, tokens out, sessions that can be ended. */
import { limits } from "../../actors/limits.ts";
import type { Account, Bus, SessionId, Store, UserId } from "../../actors/ports.ts";
import { refuse } from "../../actors/room/refusals.ts";
import type { Platform } from "../../actors/runtime/platform.ts";
import type { Caller, Result } from "../operations/operation.ts";
import { type AccessTokens, createAccessTokens } from "./access-token.ts";
import { createIds, type Ids } from "./ids.ts";
import { openInstallation } from "./installation.ts";
import { type ArgonCost, createPasswords, type Passwords } from "./passwords.ts";
import { createRevoked } from "./revoked.ts";
import { createSessionDesk, type Device, isLive, type Tokens } from "./sessions.ts";
import { createSigningKeys } from "./signing-keys.ts";
import { createSlowing } from "./slowing.ts";

/** Why somebody was turned away: a metric label, never part of an answer. */
export type AuthFailure =
  | "bad-credentials"
  | "slowed"
  | "overloaded"
  | "invalid"
  | "expired"
  | "revoked"
  | "ended"
  | "reused";

export interface Credentials {
  /** Login name, already in its canonical form. */
  name: string;
  password: string;
}

export interface Auth {
  readonly ids: Ids;
  /** `display` defaults to the login name. */
  register(who: Credentials & { display?: string } & Device): Promise<Result<Tokens>>;
  /** `address`: the client's, for slowing. */
  login(who: Credentials & Device, address: string): Promise<Result<Tokens>>;
  refresh(token: string, device: string): Promise<Result<Tokens>>;
  /** Ends all other sessions; returns them. */
  changePassword(
    caller: Caller,
    change: { current: string; next: string },
    address: string,
  ): Promise<Result<SessionId[]>>;
  /** An operator's way: without the old password. Ends all sessions. */
  resetPassword(user: UserId, next: string): Promise<void>;
  /** Signature, claims, and sessions known here to be revoked; no read. */
  verify(token: string): Promise<Caller | null>;
  /** `verify`, and the store says that the session lives: once per HTTP request or hello. */
  authenticate(token: string): Promise<Caller | null>;
  /** Ends those of the user's sessions; tells every node; returns what ended now. */
  revoke(user: UserId, sessions: readonly SessionId[]): Promise<SessionId[]>;
  /** To be called with what `user.<id>` {t:"revoked"} names: another node ended them. */
  revoked(sessions: readonly SessionId[]): void;
}

export interface AuthOptions {
  store: Pick<Store, "accounts" | "sessions" | "secrets" | "attempts">;
  bus: Bus;
  platform: Platform;
  /** Default: 64 MiB, two passes. */
  argon?: ArgonCost;
  /** For the simulator: real signatures and hashes take time outside of its schedule. Default: ours. */
  access?: AccessTokens;
  passwords?: Passwords;
  /** Called for every refusal, to count it. */
  failed?: (reason: AuthFailure) => void;
}

export async function createAuth(options: AuthOptions): Promise<Auth> {
  const { store, bus, platform, argon, failed = () => {} } = options;
  const installation = await openInstallation(store.secrets);
  const access = options.access ?? createAccessTokens(createSigningKeys(store.secrets, platform), platform);
  const passwords = options.passwords ?? (await createPasswords(argon));
  const slowing = createSlowing(store.attempts, installation, platform);
  const revoked = createRevoked(platform);
  const desk = createSessionDesk({
    sessions: store.sessions,
    bus,
    platform,
    installation,
    access,
    revoked,
    failed,
  });

  function overloaded(): Result<never> {
    failed("overloaded");
    return { error: refuse("overloaded", { retryAfterMs: limits.overloadedRetryMs }) };
  }

  /** The account whose password this is. An unknown name costs the same and gets the same answer. */
  async function prove(name: string, password: string, address: string): Promise<Result<Account>> {
    const attempt = await slowing.begin(name, address);
    if ("error" in attempt) {
      failed("slowed");
      return attempt;
    }
    const account = await store.accounts.byName(name);
    const matches = await passwords.matches(password, account?.password ?? null);
    if (matches === null) return overloaded();
    if (matches && account) {
      await attempt.succeeded();
      return { ok: account };
    }
    await attempt.failed();
    return badCredentials();
  }

  function badCredentials(): Result<never> {
    failed("bad-credentials");
    return { error: refuse("bad-credentials") };
  }

  async function verify(token: string): Promise<Caller | null> {
    const caller = await access.verify(token);
    if (typeof caller === "string") {
      failed(caller);
      return null;
    }
    if (!revoked.has(caller.session)) return caller;
    failed("revoked");
    return null;
  }

  return {
    ids: createIds(installation),
    refresh: desk.refresh,
    revoke: desk.revoke,
    revoked: revoked.add,
    verify,

    async register({ name, password, display = name, ...device }) {
      const taken: Result<never> = { error: refuse("taken", { field: "name" }) };
      if (await store.accounts.byName(name)) return taken;
      const hash = await passwords.hash(password);
      if (hash === null) return overloaded();
      const now = platform.now();
      const account: Account = {
        id: platform.id(),
        name,
        display,
        about: "",
        password: hash,
        createdAt: now,
        lastSeenAt: now,
      };
      if (!(await store.accounts.create(account))) return taken;
      return { ok: await desk.open(account.id, device) };
    },

    async login({ name, password, ...device }, address) {
      const proof = await prove(name, password, address);
      if ("error" in proof) return proof;
      const tokens = await desk.open(proof.ok.id, device);
      // A password changed meanwhile has ended all sessions but this one, which it could not see yet.
      const account = await store.accounts.byId(proof.ok.id);
      if (account?.password === proof.ok.password) return { ok: tokens };
      await desk.revoke(tokens.user, [tokens.session]);
      return badCredentials();
    },

    async changePassword(caller, { current, next }, address) {
      const account = await store.accounts.byId(caller.user);
      if (!account) return { error: refuse("unauthorized") };
      const proof = await prove(account.name, current, address);
      if ("error" in proof) return proof;
      const hash = await passwords.hash(next);
      if (hash === null) return overloaded();
      const ended = await store.accounts.setPassword(account.id, hash, caller.session, platform.now());
      desk.announce(account.id, ended);
      return { ok: ended };
    },

    async resetPassword(user, next) {
      const hash = await passwords.hash(next);
      if (hash === null) throw new Error("too many passwords are hashed at once");
      desk.announce(user, await store.accounts.setPassword(user, hash, "", platform.now()));
    },

    async authenticate(token) {
      const caller = await verify(token);
      if (!caller) return null;
      const session = await store.sessions.byId(caller.session);
      if (session && session.user === caller.user && isLive(session, platform.now())) return caller;
      failed("revoked");
      revoked.add([caller.session]);
      return null;
    },
  };
}
