/** Who is signed in on this device, and the tokens that prove it. */
import type { Millis, SessionId, UserId } from "../actors/ports.ts";
import type { WireError } from "../src/protocol/frames.ts";
import type { Storage } from "./api.ts";
import { type Clock, hex } from "./clock.ts";
import { failure, StarlingError } from "./error.ts";
import { tokenMarginMs } from "./limits.ts";
import type { ClientPlatform } from "./platform.ts";

/** What register, login and refresh answer; kept in the storage under `session`. */
export interface Tokens {
  user: UserId;
  session: SessionId;
  access: string;
  accessExpiresAt: Millis;
  refresh: string;
}

export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

interface Deps {
  url: string;
  fetch: Fetch;
  storage: Storage;
  clock: Clock;
  platform: ClientPlatform;
}

export class Session {
  readonly #deps: Deps;
  #tokens: Tokens | null = null;
  #refreshing: Promise<string> | null = null;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  get user(): UserId | null {
    return this.#tokens?.user ?? null;
  }

  /** Takes up what an earlier run left. */
  async restore(): Promise<void> {
    this.#tokens ??= ((await this.#deps.storage.get("session")) as Tokens | undefined) ?? null;
  }

  /** Registers or logs in. Another user's leftovers on this device are wiped. */
  async begin(path: "register" | "login", input: Record<string, unknown>): Promise<void> {
    const { storage } = this.#deps;
    const device = await this.#device();
    const tokens = (await this.#post(path, { ...input, device })) as Tokens;
    if ((await storage.get("user")) !== tokens.user) await storage.clear();
    await storage.put({ device, user: tokens.user });
    await this.#adopt(tokens);
  }

  /**
   * An access token that is good for a while.
   * @param refused the server didn't take the last one
   * @throws StarlingError not retryable: sign in again
   */
  async token(refused: boolean): Promise<string> {
    const tokens = this.#tokens;
    if (!tokens) throw failure("unauthorized", "sign in first");
    if (!refused && this.#leftMs(tokens) > tokenMarginMs) return tokens.access;
    this.#refreshing ??= this.#refresh(tokens).finally(() => {
      this.#refreshing = null;
    });
    return this.#refreshing;
  }

  /** When to renew: a tenth of what is left is enough for some tries. */
  renewInMs(): number {
    return this.#tokens ? Math.max(1_000, this.#leftMs(this.#tokens) * 0.9) : 0;
  }

  /** Signed out: nothing of the user stays, but the device keeps its name. */
  async forget(): Promise<void> {
    const device = await this.#device();
    this.#tokens = null;
    await this.#deps.storage.clear();
    await this.#deps.storage.put({ device });
  }

  /** Ended by the server: what waits in the outbox stays for the next sign-in of the same user. */
  async end(): Promise<void> {
    this.#tokens = null;
    await this.#deps.storage.put({ session: undefined });
  }

  #leftMs(tokens: Tokens): number {
    return tokens.accessExpiresAt - this.#deps.clock.now();
  }

  async #refresh(tokens: Tokens): Promise<string> {
    // Another tab may have refreshed meanwhile: a spent refresh token would end the session.
    const stored = (await this.#deps.storage.get("session")) as Tokens | undefined;
    const newest = stored && stored.session === tokens.session ? stored : tokens;
    if (newest.access !== tokens.access && this.#leftMs(newest) > tokenMarginMs) {
      this.#tokens = newest;
      return newest.access;
    }
    const device = await this.#device();
    const fresh = (await this.#post("refresh", { refresh: newest.refresh, device })) as Tokens;
    await this.#adopt(fresh);
    return fresh.access;
  }

  /** Kept before it is used: the old refresh token is spent. */
  async #adopt(tokens: Tokens): Promise<void> {
    await this.#deps.storage.put({ session: tokens });
    this.#tokens = tokens;
  }

  async #device(): Promise<string> {
    const known = await this.#deps.storage.get("device");
    if (typeof known === "string") return known;
    const device = hex(this.#deps.platform.bytes(16));
    await this.#deps.storage.put({ device });
    return device;
  }

  async #post(path: string, input: unknown): Promise<unknown> {
    const response = await this.#deps
      .fetch(`${this.#deps.url}/v1/${path}`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(input),
      })
      .catch((error: unknown) => {
        throw failure(
          "unavailable",
          `${path}: ${error instanceof Error ? error.message : "no network"}`,
          true,
        );
      });
    const answer: unknown = await response.json().catch(() => null);
    if (response.ok) return answer;
    const error = (answer as { error?: WireError } | null)?.error;
    throw error ? new StarlingError(error) : failure("unavailable", `${path}: HTTP ${response.status}`, true);
  }
}
