/** The real cluster as what is measured: people in its database, rooms in its log, its nodes. */

import { platform } from "../../../src/platform.ts";
import { openMongo } from "../../../src/store/mongo/open.ts";
import { seriesOf } from "../../chaos/meter.ts";
import { LocalCluster } from "../../kit/cluster.ts";
import { post } from "../../kit/http.ts";
import type { Server } from "../../kit/server.ts";
import { type Person, registered } from "../people.ts";
import { type Measured, openRoom } from "../subject.ts";
import { textOf } from "../texts.ts";
import { countingNode } from "./encodes.ts";

export class ClusterSubject implements Measured, AsyncDisposable {
  readonly cluster: LocalCluster;
  readonly people: readonly Person[];

  private constructor(cluster: LocalCluster, people: readonly Person[]) {
    this.cluster = cluster;
    this.people = people;
  }

  /** null, and a loud line, when a real part is missing. */
  static async start(peopleCount: number): Promise<ClusterSubject | null> {
    const env = { STARLING_PROXIES: "1" };
    const cluster = await LocalCluster.start({ mongo: 3, program: countingNode, env });
    if (cluster === null) return null;
    await using opened = await openMongo({ url: cluster.mongo.url(), platform });
    const people = await registered(opened.store, peopleCount);
    return new ClusterSubject(
      cluster,
      people.map(({ user, access }) => ({ user, token: access })),
    );
  }

  get servers(): readonly [Server, ...Server[]] {
    const [first, ...others] = this.cluster.nodes.map(({ server }) => server);
    if (first === undefined) throw new Error("there are no nodes");
    return [first, ...others];
  }

  room = (members: readonly Person[]): Promise<string> => openRoom(this.servers[0].base, members);

  /** All nodes, the one first whose actor decides for this room: it appends what is posted here. */
  async ownerFirst(room: string): Promise<readonly [Server, ...Server[]]> {
    const { servers, people } = this;
    const before = await Promise.all(servers.map(appends));
    const command = { cid: Bun.randomUUIDv7(), text: textOf("owner", 0) };
    await post(servers[0].base, `/v1/rooms/${room}/messages`, command, people[0]?.token);
    const after = await Promise.all(servers.map(appends));
    const owner = servers.find((_, i) => (after[i] ?? 0) > (before[i] ?? 0));
    if (owner === undefined) throw new Error("nobody appended");
    return [owner, ...servers.filter((server) => server !== owner)];
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.cluster[Symbol.asyncDispose]();
  }
}

async function appends({ base }: Server): Promise<number> {
  const text = await (await fetch(`${base}/metrics`)).text();
  return seriesOf(text).get('starling_log_appends_total{result="ok"}') ?? 0;
}
