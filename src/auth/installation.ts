/** The installation key: one secret, made at first start, from which every derived value comes. */
import type { Secrets } from "../../actors/ports.ts";

export type Purpose = "room" | "command" | "refresh" | "attempt";

export interface Installation {
  /** HMAC-SHA-256 of the parts, in base64url. No two purposes and no two lists of parts share an input. */
  mac(purpose: Purpose, ...parts: readonly string[]): string;
}

/** Reads the key, or makes it. Whoever comes first wins, so that two nodes end with the same one. */
export async function openInstallation(secrets: Secrets): Promise<Installation> {
  const fresh = crypto.getRandomValues(new Uint8Array(32)).toBase64({ alphabet: "base64url" });
  const stored = await secrets.putIfAbsent("installation", fresh);
  // Copied for each use: preparing the key costs more than a short message.
  const keyed = new Bun.CryptoHasher("sha256", Buffer.from(stored, "base64url"));
  return {
    mac(purpose, ...parts) {
      // Lengths make it readable in one way only: ["a","bc"] is not ["ab","c"].
      let message: string = purpose;
      for (const part of parts) message += `\n${part.length} ${part}`;
      return keyed.copy().update(message).digest("base64url");
    },
  };
}
