import { beforeAll, expect, test } from "bun:test";
import {
  base64url,
  exportJWK,
  generateKeyPair,
  importJWK,
  type JWK,
  type JWTHeaderParameters,
  SignJWT,
} from "jose";
import { limits } from "../../../actors/limits.ts";
import { join, startNode, type TestNode } from "../../support/node.ts";

let node: TestNode;
let good: string;

/** A token like ours, but for what is changed. */
async function forged(change: {
  header?: Partial<JWTHeaderParameters>;
  claims?: Record<string, unknown>;
  key?: CryptoKey | Uint8Array;
}): Promise<string> {
  const [{ value } = { value: "" }] = await node.services.store.secrets.list("jwt.");
  const [header = "", claims = ""] = good
    .split(".")
    .map((part) => new TextDecoder().decode(base64url.decode(part)));
  return new SignJWT({ ...JSON.parse(claims), ...change.claims })
    .setProtectedHeader({ ...JSON.parse(header), ...change.header })
    .sign(change.key ?? (await importJWK(JSON.parse(value) as JWK, "EdDSA")));
}

function unsigned(token: string, header: object): string {
  const [, claims] = token.split(".");
  return `${base64url.encode(JSON.stringify(header))}.${claims}.`;
}

beforeAll(async () => {
  node = await startNode();
  good = (await join(node, "ana")).access;
});

test("our own token names the caller and its end", async () => {
  expect(await node.auth.verify(good)).toMatchObject({
    expiresAt: Math.floor(node.platform.now() / 1000) * 1000 + limits.accessMs,
  });
  expect(await node.auth.verify(await forged({}))).not.toBeNull();
});

const foreign = generateKeyPair("EdDSA", { crv: "Ed25519" });
const past = () => Math.floor(node.platform.now() / 1000) - 1;

const table: [string, () => Promise<string>][] = [
  ["no token at all", async () => ""],
  ["text that is no token", async () => "a.b.c"],
  ["a token of absurd length", async () => `${good}${"A".repeat(limits.accessTokenCharsMax)}`],
  ["alg none", async () => unsigned(good, { alg: "none", typ: "at+jwt" })],
  [
    "HS256 with the public key as secret",
    async () => {
      const [{ value } = { value: "" }] = await node.services.store.secrets.list("jwt.");
      const { x = "" } = JSON.parse(value) as JWK;
      return forged({ header: { alg: "HS256" }, key: base64url.decode(x) });
    },
  ],
  ["another type", () => forged({ header: { typ: "JWT" } })],
  ["another issuer", () => forged({ claims: { iss: "somebody" } })],
  ["another audience", () => forged({ claims: { aud: "billing" } })],
  ["no expiry", () => forged({ claims: { exp: undefined } })],
  ["expired", () => forged({ claims: { exp: past() } })],
  ["no subject", () => forged({ claims: { sub: undefined } })],
  ["no session", () => forged({ claims: { sid: undefined } })],
  ["a session that is no text", () => forged({ claims: { sid: 7 } })],
  ["another key under our kid", async () => forged({ key: (await foreign).privateKey })],
  ["a kid that we don't know", () => forged({ header: { kid: "somebody" } })],
  ["no kid", () => forged({ header: { kid: undefined as unknown as string } })],
  [
    "a key that comes with the token",
    async () =>
      forged({
        header: { kid: "mine", jwk: await exportJWK((await foreign).publicKey) },
        key: (await foreign).privateKey,
      }),
  ],
  ["a changed signature", async () => `${good.slice(0, -8)}AAAAAAAA`],
];

test.each(table)("refused: %s", async (_what, make) => {
  let settled = false;
  const verdict = node.auth.verify(await make()).finally(() => {
    settled = true;
  });
  // A kid that nobody knows waits for the next look into the store.
  while (!settled) {
    await new Promise((resolve) => setImmediate(resolve));
    node.platform.advance(50);
  }
  expect(await verdict).toBeNull();
});
