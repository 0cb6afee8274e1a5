/**
 * The Ed25519 keys of access tokens, one per period of limits.keyRotateMs. A period's key has a fixed name in
 * the store, so that nodes which start or rotate at the same moment end with the same key. The key of the
 * period before is kept: a token lives far shorter than a period.
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
   * null: no key of ours. Looks into the store at most once per limits.keyReloadMs for what another node made; who comes in
   * between waits for the next look, since a token may be younger than the last one.
   */
  find(kid: string): Promise<SigningKey | null>;
}

export function createSigningKeys(secrets: Secrets, platform: Platform): SigningKeys {
  let known = new Map<string, SigningKey>();
  let newest: SigningKey | null = null;
  let making: Promise<SigningKey> | null = null;
  let loading: Promise<void> | null = null;
  let loadedAt = Number.NEGATIVE_INFINITY;

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
    const keys = await Promise.all(
      (await secrets.list(prefix)).map(({ name, value }) => read(Number(name.slice(prefix.length)), value)),
    );
    known = new Map(keys.map((key) => [key.kid, key]));
  }

  async function make(period: number): Promise<SigningKey> {
    const stored = await secrets.putIfAbsent(`${prefix}${period}`, await generate());
    for (const { name } of await secrets.list(prefix)) {
      if (Number(name.slice(prefix.length)) < period - 1) await secrets.remove(name);
    }
    const key = await read(period, stored);
    // Not one that began before the key was there.
    await readAll();
    // Known before it signs: reading waits behind Argon2 in the thread pool, and a token is back within a millisecond.
    newest = key;
    return key;
  }

  return {
    async current() {
      const period = Math.floor(platform.now() / limits.keyRotateMs);
      if (newest?.period === period) return newest;
      making ??= make(period).finally(() => {
        making = null;
      });
      return making;
    },
    async find(kid) {
      const found = known.get(kid);
      if (found) return found;
      await load();
      return known.get(kid) ?? null;
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
