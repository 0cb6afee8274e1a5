/** The program itself, as a terminal sees it. */
import { expect, test } from "bun:test";
import { starling } from "./program.ts";

test("the doctor ends though a NATS server took the connection and never said a word", async () => {
  using frozen = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
  const address = `127.0.0.1:${frozen.port}`;
  const { code, says } = await starling(
    { NATS_URL: `nats://${address}`, MONGODB_URL: "mongodb://127.0.0.1:1/starling" },
    "doctor",
  );
  expect(code).toBe(1);
  expect(says).toContain(`No NATS server answers at ${address}: `);
}, 20_000);

test("a command that there isn't ends as one that was written wrong", async () => {
  const { code, says } = await starling({}, "bakup");
  expect([code, says]).toEqual([2, expect.stringContaining("there is no command bakup")]);
});
