/** Who is signed in on this device, and the tokens that prove it. */
import type { Millis, SessionId, UserId } from "../actors/ports.ts";
import type { WireError } from "../src/protocol/frames.ts";
import { hex } from "./clock.ts";
import { asError, failure, StarlingError } from "./error.ts";
import type { Host } from "./host.ts";
import { tokenMarginMs } from "./limits.ts";

/** What register, login and refresh answer. */
interface Tokens {
  user: UserId;
  session: SessionId;
  access: string;
  accessExpiresAt: Millis;
  refresh: string;
}

/** Kept in the storage under `session`; of a session that is over, only the user. */
type Kept = Tokens & {
  /** Minted at the sign-in; binds what this device may repeat. */
  device: string;
};

export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

interface Needs extends Pick<Host, "storage" | "clock" | "platform"> {
  url: string;
  fetch: Fetch;
}

export type Session = ReturnType<typeof createSession>;

export function createSession({ url, fetch, storage, clock, platform }: Needs) {
  let tokens: Kept | null = null;
  let refreshing: Promise<string> | null = null;

  const leftMs = ({ accessExpiresAt }: Tokens): number => accessExpiresAt - clock.now();

  function mustHave(): Kept {
    if (!tokens) throw failure("unauthorized", "sign in first");
    return tokens;
  }

  async function stored(): Promise<Partial<Kept> | undefined> {
    return (await storage.get("session")) as Partial<Kept> | undefined;
  }

  /** Kept before it is used: the old refresh token is spent. */
  async function adopt(fresh: Kept): Promise<string> {
    await storage.put({ session: fresh });
    tokens = fresh;
    return fresh.access;
  }

  async function post(path: string, input: Record<string, unknown> & { device: string }): Promise<Kept> {
    const init = {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(input),
    };
    const response = await fetch(`${url}/v1/${path}`, init).catch((error: unknown) => {
      throw failure("unavailable", String(error), true);
    });
    const answer = (await response.json().catch(() => null)) as (Tokens & { error?: WireError }) | null;
    if (answer?.error) throw new StarlingError(answer.error);
    if (!answer || !response.ok) throw failure("unavailable", `HTTP ${response.status}`, true);
    return { ...answer, device: input.device };
  }

  /** Ended by the server: what waits in the outbox stays for the next sign-in of the same user. */
  async function end(): Promise<void> {
    const user = tokens?.user;
    tokens = null;
    await storage.put({ session: { user } });
  }

  async function refresh(old: Kept): Promise<string> {
    // Another tab may have refreshed meanwhile: a spent refresh token would end the session.
    const theirs = await stored();
    const newest = theirs?.session === old.session ? { ...old, ...theirs } : old;
    if (newest.access !== old.access && leftMs(newest) > tokenMarginMs) return adopt(newest);
    try {
      return await adopt(await post("refresh", { refresh: newest.refresh, device: newest.device }));
    } catch (error) {
      if (!asError(error).retryable) await end();
      throw error;
    }
  }

  return {
    end,

    get user(): UserId | null {
      return tokens?.user ?? null;
    },

    /** Takes up what an earlier run left. @throws StarlingError `unauthorized`: nobody is signed in */
    async restore(): Promise<void> {
      const found = await stored();
      if (found?.refresh) tokens ??= found as Kept;
      mustHave();
    },

    /** Registers or logs in. Another user's leftovers on this device are wiped. */
    async begin(path: "register" | "login", input: object): Promise<void> {
      const fresh = await post(path, { ...input, device: hex(platform.bytes(16)) });
      if ((await stored())?.user !== fresh.user) await storage.clear();
      await adopt(fresh);
    },

    /**
     * An access token that is good for a while.
     * @param refused the server didn't take the last one
     * @throws StarlingError not retryable: sign in again
     */
    async token(refused: boolean): Promise<string> {
      const held = mustHave();
      if (!refused && leftMs(held) > tokenMarginMs) return held.access;
      refreshing ??= refresh(held).finally(() => {
        refreshing = null;
      });
      return refreshing;
    },

    /** When to renew: a tenth of what is left is enough for some tries. */
    renewInMs(): number {
      return tokens ? Math.max(1_000, leftMs(tokens) * 0.9) : 0;
    },

    /** Signed out: nothing of the user stays. */
    async forget(): Promise<void> {
      tokens = null;
      await storage.clear();
    },
  };
}
