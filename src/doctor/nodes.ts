/** Listens to which nodes are there. */
import { limits } from "../../actors/limits.ts";
import type { Platform } from "../../actors/runtime/platform.ts";
import { NatsBus } from "../bus/nats.ts";
import { type NodeId, nodesSubject, noteOf } from "../cluster/members.ts";
import { Connection } from "../nats/connection.ts";
import { pause } from "../waiting.ts";

/** What each node does that spoke; empty: nobody runs, or we can't hear them. */
export type NodesFacts = ReadonlyMap<NodeId, readonly string[]>;

export async function probeNodes(url: string, platform: Platform): Promise<NodesFacts> {
  const found = new Map<NodeId, readonly string[]>();
  try {
    const more = { reconnect: false, timeout: limits.doctorMs };
    await using connection = await Connection.open({ url, name: "starling doctor", more });
    const unheard = () => {};
    const bus = new NatsBus({ connection, platform, ignored: unheard, failed: unheard });
    await bus.subscribe(nodesSubject, (message) => {
      const note = noteOf(message);
      if (note?.t === "here") found.set(note.node, note.roles);
      else if (note?.t === "left") found.delete(note.node);
    });
    // Each says it once in half of this.
    await pause(platform, 2 * limits.heartbeatMs);
    bus.stop();
    return found;
  } catch {
    // Why NATS doesn't let us listen is probeNats' to say.
    return new Map();
  }
}
