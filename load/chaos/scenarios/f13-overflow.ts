import { Overload } from "../bots/overload.ts";
import type { Scenario } from "../scenario.ts";

/** Many more commands than a mailbox holds: what isn't taken is refused before it is accepted, and other rooms go on. */
export const overflow: Scenario = {
  id: "F13",
  title: "fifty senders fill one room's mailbox",
  bounds: { silenceMs: 30_000 },
  witnesses: [],
  async play(round) {
    const { arena } = round;
    const [room, ...others] = round.rooms;
    if (room === undefined) throw new Error("there is no room");
    const healed = arena.fault("F13", room.id);
    // A log that is far away makes the room slow.
    const links = arena.nodes.flatMap((node) => node.links);
    for (const link of links) link.delayMs = 300;
    const acked = others.map(({ id }) => round.acks(id).length);
    try {
      await using overload = await Overload.open(round, room);
      await arena.until("the mailbox is full", async () => {
        await overload.wave();
        return overload.refused > 0;
      });
    } finally {
      for (const link of links) link.delayMs = 0;
    }
    const stalled = others.filter(({ id }, i) => round.acks(id).length <= (acked[i] ?? 0));
    if (stalled.length > 0) throw new Error(`${stalled.length} other rooms stood still`);
    healed();
  },
};
