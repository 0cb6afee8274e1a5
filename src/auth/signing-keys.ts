/**
 * The Ed25519 keys of access tokens, one per period of limits.keyRotateMs. A period's key has a fixed name in
 * the store, so that nodes which start or rotate at the same moment end with the same key. It counts in its own
 * period, by the clock of whoever is asked, and in the ones beside it: a token lives far shorter than a period, and
 * clocks differ. None is removed: one node with a wrong clock would end everybody's tokens. Twelve a year are nothing.
 */
import { calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, type JWK } from "jose";
import { limits } from "../../actors/limits.ts";
import type { Secrets } from "../../actors/ports.ts";
import type { Platform } from "../../actors/runtime/platform.ts";
import { pause } from "../waiting.ts";

const prefix = "jwt.";

export interface SigningKey {
  /** RFC 7638 thumbprint of the public key. */
  kid: string;
  period: number;
  sign: CryptoKey;
  verify: CryptoKey;
}

export interface SigningKeys {
  /** The key of this period; made when there is none yet. */
  current(): Promise<SigningKey>;
  /**
   * null: no key of ours that counts now. Looks into the store at most once per limits.keyReloadMs for what another node
   * made; who comes in between waits for the next look, since a token may be younger than the last one.
   */
  find(kid: string): Promise<SigningKey | null>;
}

export function createSigningKeys(secrets: Secrets, platform: Platform): SigningKeys {
  let known = new Map<string, SigningKey>();
  let newest: SigningKey | null = null;
  let making: Promise<SigningKey> | null = null;
  let loading: Promise<void> | null = null;
  let loadedAt = Number.NEGATIVE_INFINITY;

  const periodNow = () => Math.floor(platform.now() / limits.keyRotateMs);
  const counts = (period: number) => Math.abs(period - periodNow()) <= 1;

  /** Whoever asks while the keys are being read waits for them: a node that starts meets all its clients at once. */
  function load(): Promise<void> {
    loading ??= rested()
      .then(readAll)
      .finally(() => {
        loading = null;
      });
    return loading;
  }

  async function rested(): Promise<void> {
    const left = loadedAt + limits.keyReloadMs - platform.monotonic();
    if (left > 0) await pause(platform, left);
  }

  async function readAll(): Promise<void> {
    loadedAt = platform.monotonic();
    const all = await secrets.list(prefix);
    const stored = all.map(({ name, value }) => ({ period: Number(name.slice(prefix.length)), value }));
    const near = stored.filter(({ period }) => counts(period));
    const keys = await Promise.all(near.map(({ period, value }) => read(period, value)));
    known = new Map(keys.map((key) => [key.kid, key]));
  }

  async function make(period: number): Promise<SigningKey> {
    const stored = await secrets.putIfAbsent(`${prefix}${period}`, await generate());
    const key = await read(period, stored);
    // Not one that began before the key was there.
    await readAll();
    // Known before it signs: reading waits behind Argon2 in the thread pool, and a token is back within a millisecond.
    newest = key;
    return key;
  }

  return {
    async current() {
      const period = periodNow();
      if (newest?.period === period) return newest;
      making ??= make(period).finally(() => {
        making = null;
      });
      return making;
    },
    async find(kid) {
      if (!known.has(kid)) await load();
      const key = known.get(kid);
      return key !== undefined && counts(key.period) ? key : null;
    },
  };
}

async function generate(): Promise<string> {
  const { privateKey } = await generateKeyPair("EdDSA", { crv: "Ed25519", extractable: true });
  return JSON.stringify(await exportJWK(privateKey));
}

async function read(period: number, stored: string): Promise<SigningKey> {
  const { d, ...open } = JSON.parse(stored) as JWK;
  if (d === undefined) throw new Error(`secret ${prefix}${period} holds no private key`);
  const [kid, sign, verify] = await Promise.all([
    calculateJwkThumbprint(open),
    importJWK({ ...open, d }, "EdDSA"),
    importJWK(open, "EdDSA"),
  ]);
  if (sign instanceof Uint8Array || verify instanceof Uint8Array) {
    throw new Error(`secret ${prefix}${period} is no Ed25519 key`);
  }
  return { kid, period, sign, verify };
}
