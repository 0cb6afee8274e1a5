/** Argon2id, a few at a time: each hash takes 64 MiB, and a flood of logins must not take them all. */
import { limits } from "../../actors/limits.ts";
import { createGate } from "./gate.ts";

export interface ArgonCost {
  /** KiB per hash; default 65,536. */
  memoryCost: number;
  /** Passes; default 2. */
  timeCost: number;
}

export interface Passwords {
  /** null: too many are waiting. */
  hash(password: string): Promise<string | null>;
  /** null: too many are waiting. Without a hash the same work is done, and the answer is false. */
  matches(password: string, hash: string | null): Promise<boolean | null>;
}

/** OWASP asks for 19 MiB at least; this is Bun's own default. */
const defaultCost: ArgonCost = { memoryCost: 65_536, timeCost: 2 };

export async function createPasswords(cost: ArgonCost = defaultCost): Promise<Passwords> {
  const gate = createGate(limits.hashesAtOnce, limits.hashesWaitingMax);
  const make = (password: string) => Bun.password.hash(normal(password), { algorithm: "argon2id", ...cost });
  // Nobody's password, at the same cost: an unknown name is not answered faster than a known one.
  const nobody = await make(crypto.getRandomValues(new Uint8Array(32)).toHex());
  return {
    hash: (password) => gate(() => make(password)),
    matches: (password, hash) =>
      gate(async () => (await Bun.password.verify(normal(password), hash ?? nobody)) && hash !== null),
  };
}

/** Two keyboards may write the same é in two ways (NIST SP 800-63B §5.1.1.2). */
function normal(password: string): string {
  return password.normalize("NFKC");
}
