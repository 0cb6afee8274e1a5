import { expect, test } from "bun:test";
import { limits } from "../../../actors/limits.ts";
import { FakeSocket, settle, startLive } from "../../support/live.ts";

test("a node that drains sends its sockets away in slices over its time, each told how long to wait, and takes no new ones", async () => {
  const node = await startLive();
  const ana = await node.join("ana");
  const others = await Promise.all(Array.from({ length: 15 }, (_, i) => node.join(`user-${i}`)));
  const sockets: FakeSocket[] = [];
  for (const who of [ana, ...others])
    for (let tab = 0; tab < 16; tab++) sockets.push((await node.connect(who, `tab ${tab}`)).socket);
  const gone = () => sockets.filter(({ closed }) => closed !== null).length;
  const drained = node.gateway.drain(limits.drainMs);
  const steps = [gone()];
  const late = new FakeSocket();
  node.gateway.open(late, "192.0.2.1", null);
  while (gone() < sockets.length) {
    await settle(2);
    node.platform.advance(limits.drainMs / 3);
    await settle(2);
    steps.push(gone());
  }
  await drained;
  expect(steps).toEqual([86, 172, 256]);
  expect(new Set(sockets.map(({ closed }) => closed?.code))).toEqual(new Set([4000]));
  expect(sockets.every(({ closed }) => /^afterMs=\d+$/.test(closed?.reason ?? ""))).toBe(true);
  expect(late.closed?.code).toBe(4000);
});
