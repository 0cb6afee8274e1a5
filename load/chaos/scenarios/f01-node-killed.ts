import type { ClusterNode } from "../../kit/cluster.ts";
import { talk } from "../bots/talk.ts";
import type { Round } from "../round.ts";
import type { Scenario } from "../scenario.ts";

/** Clients elsewhere within seconds; cids that were in flight keep their seq. It is killed again while it recovers. */
export const nodeKilled: Scenario = {
  id: "F1",
  title: "a node is killed, and again while it starts",
  bounds: { silenceMs: 20_000 },
  witnesses: ["ownerChanges", "resolved", "moves"],
  async play(round) {
    const { arena } = round;
    const { node, rooms } = await arena.owner(() => round.ackedEverywhere());
    await commandTo(node, round);
    const healed = arena.fault("F1", `node ${arena.nameOf(node)} with ${rooms} rooms`);
    await node.kill();
    arena.ownerChanges += rooms;
    await round.ackedEverywhere();
    await node.start();
    await node.kill();
    await arena.start(node);
    healed();
  },
};

/** Resolves while a command is under way to this node: if it dies now, nobody knows what became of that. */
async function commandTo(node: ClusterNode, round: Round): Promise<void> {
  const { arena } = round;
  await arena.until("a command is under way to the owner", async () => {
    const here = arena.bots.filter((bot) => bot.isOnline && bot.node === arena.nameOf(node));
    for (const bot of here) talk(bot, round);
    // What they said is kept first, and sent then.
    await new Promise((sent) => setImmediate(sent));
    return here.some(({ client }) => client.outbox.list().some(({ state }) => state === "sending"));
  });
}
