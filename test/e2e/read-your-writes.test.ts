import { expect, test } from "bun:test";
import { idOf, join } from "./people.ts";
import { RealServer } from "./server.ts";

test("a read that begins after an ack includes what was acknowledged", async () => {
  await using server = await RealServer.start();
  const [ana, bob] = [await join(server.url, "ana"), await join(server.url, "bob")];
  // Each round's reads race the history reader.
  for (let round = 0; round < 20; round++) {
    const cid = Bun.randomUUIDv7();
    const made = (await ana.call("room.create", { cid, name: `room ${round}` })) as { room: string };
    const { room } = made;
    await ana.call("room.add", { room, cid: Bun.randomUUIDv7(), users: [idOf(bob)] });
    expect(await ana.call("room.members", { room })).toMatchObject({ members: { length: 2 } });
    await ana.call("room.rename", { room, cid: Bun.randomUUIDv7(), name: "another" });
    expect(await ana.call("room.summaries", { rooms: [room] })).toMatchObject({
      rooms: [{ name: "another", members: 2, head: 3 }],
    });
    const posted = (await bob.call("room.post", { room, cid: Bun.randomUUIDv7(), text: "x" })) as {
      seq: number;
    };
    expect(await ana.call("room.unread.explain", { room })).toMatchObject({ seqs: [posted.seq] });
    await bob.call("room.edit", { room, cid: Bun.randomUUIDv7(), seq: posted.seq, text: "y" });
    expect(await ana.call("room.history", { room })).toMatchObject({
      head: 5,
      fields: [{ edit: { text: "y" } }],
    });
  }
  await Promise.all([ana.close(), bob.close()]);
});
