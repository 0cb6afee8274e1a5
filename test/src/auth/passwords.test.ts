import { expect, test } from "bun:test";
import { createGate } from "../../../src/auth/gate.ts";
import { createPasswords } from "../../../src/auth/passwords.ts";
import { cheapArgon } from "../../support/node.ts";

test("the same password in another Unicode form matches", async () => {
  const passwords = await createPasswords(cheapArgon);
  const hash = await passwords.hash("caf\u00e9 au lait");
  expect(await passwords.matches("cafe\u0301 au lait", hash)).toBe(true);
  expect(await passwords.matches("cafe au lait", hash)).toBe(false);
});

test("without a hash nothing matches, at the same cost", async () => {
  const passwords = await createPasswords({ memoryCost: 8_192, timeCost: 1 });
  const hash = await passwords.hash("correct horse");
  const took = async (stored: string | null) => {
    const began = process.cpuUsage();
    for (let i = 0; i < 5; i++) expect(await passwords.matches("wrong horse", stored)).toBe(false);
    const { user, system } = process.cpuUsage(began);
    return user + system;
  };
  const ratio = (await took(null)) / (await took(hash));
  // Skipping the work would be hundreds of times cheaper.
  expect(ratio).toBeGreaterThan(0.2);
});

test("hashes by default are Argon2id with 64 MiB", async () => {
  const hash = await (await createPasswords()).hash("correct horse");
  expect(hash).toStartWith("$argon2id$v=19$m=65536,t=2,p=1$");
});

test("a gate lets in so many, lets so many wait, and turns the rest away", async () => {
  const gate = createGate(2, 3);
  const door = Promise.withResolvers<void>();
  let inside = 0;
  let most = 0;
  const work = async () => {
    most = Math.max(most, ++inside);
    await door.promise;
    inside--;
    return "done";
  };
  const all = Array.from({ length: 7 }, () => gate(work));
  expect(await all[5]).toBeNull();
  expect(await all[6]).toBeNull();
  door.resolve();
  expect(await Promise.all(all.slice(0, 5))).toEqual(Array(5).fill("done"));
  expect(most).toBe(2);
});

test("a place that a failed task held is free again", async () => {
  const gate = createGate(1, 0);
  await expect(gate(() => Promise.reject(new Error("no")))).rejects.toThrow("no");
  expect(await gate(async () => "in")).toBe("in");
});
