import { heapStats } from "bun:jsc";
import { expect, test } from "bun:test";
import { limits } from "../../../actors/limits.ts";
import { KnownCids } from "../../../actors/room/known-cids.ts";
import { cidAt, now } from "./given.ts";

function heapBytes(): number {
  Bun.gc(true);
  return heapStats().heapSize;
}

/** As they come: each string is the request's own. */
function add(cids: KnownCids, n: number): void {
  const request = { by: `ana${n}`.padEnd(22), cid: cidAt(n), hash: `hash${n}`.padEnd(22) };
  const { by, cid, hash } = JSON.parse(JSON.stringify(request)) as typeof request;
  cids.add(by, cid, { closed: false, seq: n, n: 1, at: now, hash });
  cids.commit(n);
}

test("what a room remembers of cids takes a few megabytes, however much is sent", () => {
  const cids = new KnownCids();
  const before = heapBytes();
  for (let n = 1; n <= 2 * limits.cidsMax; n++) add(cids, n);
  expect(heapBytes() - before).toBeLessThan(8 * 1_048_576);
  expect(cids.bounds().w).toBe(2 * limits.cidsMax);
});
