/** Who is signed in on this device, and the tokens that prove it. */
import type { Millis, SessionId, UserId } from "../actors/ports.ts";
import type { WireError } from "../src/protocol/frames.ts";
import { hex } from "./clock.ts";
import { failure, StarlingError } from "./error.ts";
import type { Host } from "./host.ts";
import { tokenMarginMs } from "./limits.ts";

/** What register, login and refresh answer; kept in the storage under `session`. */
export interface Tokens {
  user: UserId;
  session: SessionId;
  access: string;
  accessExpiresAt: Millis;
  refresh: string;
}

export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

interface Needs extends Pick<Host, "storage" | "clock" | "platform"> {
  url: string;
  fetch: Fetch;
}

export function createSession({ url, fetch, storage, clock, platform }: Needs) {
  let tokens: Tokens | null = null;
  let refreshing: Promise<string> | null = null;

  const leftMs = ({ accessExpiresAt }: Tokens): number => accessExpiresAt - clock.now();

  async function stored(): Promise<Tokens | undefined> {
    return (await storage.get("session")) as Tokens | undefined;
  }

  /** Minted once; binds what this device may repeat. */
  async function deviceId(): Promise<string> {
    const known = (await storage.get("device")) as string | undefined;
    if (known !== undefined) return known;
    const device = hex(platform.bytes(16));
    await storage.put({ device });
    return device;
  }

  async function post(path: string, input: object): Promise<Tokens> {
    const body = JSON.stringify({ ...input, device: await deviceId() });
    const headers = { "content-type": "application/json" };
    const response = await fetch(`${url}/v1/${path}`, { method: "POST", headers, body }).catch(
      (error: unknown) => {
        throw failure("unavailable", String(error), true);
      },
    );
    const answer = (await response.json().catch(() => null)) as Tokens | { error?: WireError } | null;
    if (response.ok) return answer as Tokens;
    throw answer && "error" in answer && answer.error
      ? new StarlingError(answer.error)
      : failure("unavailable", `HTTP ${response.status}`, true);
  }

  /** Kept before it is used: the old refresh token is spent. */
  async function adopt(fresh: Tokens): Promise<string> {
    await storage.put({ session: fresh });
    tokens = fresh;
    return fresh.access;
  }

  async function refresh(old: Tokens): Promise<string> {
    // Another tab may have refreshed meanwhile: a spent refresh token would end the session.
    const theirs = await stored();
    const newest = theirs?.session === old.session ? theirs : old;
    if (newest.access !== old.access && leftMs(newest) > tokenMarginMs) return adopt(newest);
    return adopt(await post("refresh", { refresh: newest.refresh }));
  }

  return {
    get user(): UserId | null {
      return tokens?.user ?? null;
    },

    /** Takes up what an earlier run left. */
    async restore(): Promise<void> {
      tokens ??= (await stored()) ?? null;
    },

    /** Registers or logs in. Another user's leftovers on this device are wiped. */
    async begin(path: "register" | "login", input: object): Promise<void> {
      const fresh = await post(path, input);
      const device = await deviceId();
      if ((await storage.get("user")) !== fresh.user) await storage.clear();
      await storage.put({ device, user: fresh.user });
      await adopt(fresh);
    },

    /**
     * An access token that is good for a while.
     * @param refused the server didn't take the last one
     * @throws StarlingError not retryable: sign in again
     */
    async token(refused: boolean): Promise<string> {
      if (!tokens) throw failure("unauthorized", "sign in first");
      if (!refused && leftMs(tokens) > tokenMarginMs) return tokens.access;
      refreshing ??= refresh(tokens).finally(() => {
        refreshing = null;
      });
      return refreshing;
    },

    /** When to renew: a tenth of what is left is enough for some tries. */
    renewInMs(): number {
      return tokens ? Math.max(1_000, leftMs(tokens) * 0.9) : 0;
    },

    /** Signed out: nothing of the user stays, but the device keeps its name. */
    async forget(): Promise<void> {
      const device = await deviceId();
      tokens = null;
      await storage.clear();
      await storage.put({ device });
    },

    /** Ended by the server: what waits in the outbox stays for the next sign-in of the same user. */
    async end(): Promise<void> {
      tokens = null;
      await storage.put({ session: undefined });
    },
  };
}
