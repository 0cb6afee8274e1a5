/** A cluster to play in, and what can happen to it besides a node's end: a nats-server that leads dies, MongoDB changes its primary. */
import type { RoomId } from "../../actors/ports.ts";
import { streamName, streamOf } from "../../src/log/jetstream/subjects.ts";
import { LocalCluster, ready } from "../kit/cluster.ts";
import { say } from "../kit/report.ts";
import type { House } from "./house.ts";

/** MongoDB's members: one may be away. */
const mongo = 3;

export class ClusterHouse implements House {
  readonly #cluster: LocalCluster;

  private constructor(cluster: LocalCluster) {
    this.#cluster = cluster;
  }

  /** null, and a loud line, when a real part is missing. */
  static async open(): Promise<ClusterHouse | null> {
    const cluster = await LocalCluster.start({ mongo });
    return cluster === null ? null : new ClusterHouse(cluster);
  }

  get base(): string {
    return this.#cluster.balancer.url;
  }

  get size(): number {
    return this.#cluster.nodes.length;
  }

  /** As a balancer sees it: what listens. */
  doors(): string[] {
    return this.#cluster.nodes.filter(({ running }) => running).map(({ url }) => url);
  }

  async restart(door: string, died: () => void): Promise<void> {
    const node = this.#cluster.nodes.find(({ url }) => url === door);
    if (node === undefined) throw new Error(`no node is behind ${door}`);
    const gone = node.kill();
    died();
    await gone;
    await node.start();
    await ready(node);
  }

  /** SIGKILL of the nats-server that leads the stream of this room; it is back, store and all, when `away` has passed. */
  async killLeader(room: RoomId, away: () => Promise<void>): Promise<void> {
    const leader = await this.#cluster.nats.leader(streamName(streamOf(room)));
    await leader.kill();
    await away();
    leader.start();
    await leader.ready();
  }

  /** Resolves when there is a primary again. */
  stepDown(): Promise<void> {
    return this.#cluster.mongo.stepDown();
  }

  show(): void {
    for (const [index, node] of this.#cluster.nodes.entries()) {
      for (const [start, words] of node.lastWords.entries()) {
        if (words !== "") say(`last words of node ${index + 1}, start ${start + 1}:\n${words}`);
      }
      if (node.running) node.server.errors.show(`node ${index + 1} says:`);
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#cluster[Symbol.asyncDispose]();
  }
}
