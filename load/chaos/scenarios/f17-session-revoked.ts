import type { ClusterNode } from "../../kit/cluster.ts";
import type { Arena } from "../arena.ts";
import type { Bot } from "../bots/bot.ts";
import type { Round } from "../round.ts";
import type { Scenario } from "../scenario.ts";

/** Its sockets end on all nodes: by the notice at once, and without it when the versions are read. */
export const sessionRevoked: Scenario = {
  id: "F17",
  title: "sessions are ended, with and without NATS",
  bounds: { silenceMs: 25_000 },
  witnesses: [],
  async play(round) {
    for (const node of round.arena.nodes) await revoke(round, node, false);
    await revoke(round, round.arena.chance.pick(round.arena.nodes), true);
  },
};

/** @param deaf the node hears nothing of NATS when the session is ended elsewhere */
async function revoke(round: Round, node: ClusterNode, deaf: boolean): Promise<void> {
  const { arena } = round;
  const here = () => [{ node: arena.nameOf(node), url: node.url }];
  const owner = arena.chance.pick(arena.bots);
  const device = await arena.another(owner, `tablet ${arena.faults.length}`, { doors: here });
  const { session } = await device.access();
  const healed = arena.fault("F17", `${arena.nameOf(node)}${deaf ? " without NATS" : ""}`);
  if (deaf) for (const link of node.links) link.cut();
  try {
    await end(arena, owner, session);
    // A node that hears nothing sends everybody elsewhere.
    await arena.until("its socket ends", () => device.ended || (deaf && !device.isOnline));
  } finally {
    for (const link of node.links) link.mend();
  }
  healed();
  await arena.until("it is signed out", () => device.ended);
  round.history.revocations.push({ user: owner.user, session, stillOpen: device.isOnline ? 1 : 0 });
  await device.client.close();
}

/** Asked until it is so: the asker may be cut off for a while, and its app may start anew. */
async function end(arena: Arena, owner: Bot, session: string): Promise<void> {
  await arena.until("the session is ended", () =>
    owner.client.call("session.revoke", { session }).then(
      () => true,
      (error: { code?: string }) => error.code === "not-found",
    ),
  );
}
