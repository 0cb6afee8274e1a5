import type { TcpLink } from "../../kit/tcp-link.ts";
import type { Arena } from "../arena.ts";
import type { Scenario } from "../scenario.ts";

/** A part that is cut off says nothing that isn't so, and its clients go elsewhere. */
export const partition: Scenario = {
  id: "F9",
  title: "a node, a nats-server or MongoDB is cut off",
  bounds: { silenceMs: 25_000 },
  witnesses: [],
  async play(round) {
    const { arena } = round;
    for (const split of [nodeFromNats, nodeHearsNothing, serverWithNode, nodesFromMongo]) {
      const healed = arena.fault("F9", split.name);
      const heal = split(arena);
      try {
        // Longer than a node without a leader keeps its sockets.
        await round.hold(15_000);
      } finally {
        heal();
      }
      healed();
      await round.ackedEverywhere();
    }
  },
};

function nodeFromNats({ chance, nodes }: Arena): () => void {
  return cut(chance.pick(nodes).links);
}

/** It speaks all the same. */
function nodeHearsNothing({ chance, nodes }: Arena): () => void {
  return cut(chance.pick(nodes).links, "down");
}

/** One node and one nats-server on one side, everybody else on the other. */
function serverWithNode({ chance, nodes, cluster }: Arena): () => void {
  const index = chance.between(0, nodes.length - 1);
  const server = chance.pick(cluster.nats.servers);
  const apart = cluster.nats.servers.indexOf(server);
  cluster.nats.isolate(server);
  const mend = cut(
    nodes.flatMap(({ links }, node) => links.filter((_, to) => (node === index) !== (to === apart))),
  );
  return () => {
    cluster.nats.heal(server);
    mend();
  };
}

function nodesFromMongo({ cluster }: Arena): () => void {
  return cut(cluster.mongo.members.flatMap(({ link }) => link ?? []));
}

function cut(links: readonly TcpLink[], direction?: "down"): () => void {
  for (const link of links) link.cut(direction);
  return () => {
    for (const link of links) link.mend();
  };
}
