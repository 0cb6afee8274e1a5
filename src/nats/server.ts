import type { ServerInfo } from "@nats-io/transport-node";
import { limits } from "../../actors/limits.ts";

/** On older ones a replicated stream lets several writers win one expected-sequence check (400 of 400 races measured). */
export const clusterVersionMin = "2.10.27";
/** A record and what goes with it. */
export const payloadBytesMin = limits.recordBytesMax + limits.recordHeaderBytesMax;

type Facts = Pick<ServerInfo, "version" | "cluster" | "jetstream" | "max_payload">;

/** @throws when a server can't keep our promises: one plain sentence */
export function assertServer(info: Facts | undefined): void {
  const version = info?.version ?? "";
  if (info?.cluster !== undefined && isTooOld(version)) {
    throw new Error(
      `nats-server ${version} can't be used in a cluster: before ${clusterVersionMin} two writers may both win, and ` +
        "messages would be lost. Install nats-server 2.15 or later on all servers.",
    );
  }
  if (info !== undefined && info.max_payload < payloadBytesMin) {
    throw new Error(
      `this NATS server takes at most ${info.max_payload} bytes in a message: set max_payload to 256KB or more on all servers.`,
    );
  }
  if (info?.jetstream !== true) {
    throw new Error(
      "JetStream is off on this NATS server: a full disk turns it off until there is room and the server was restarted; if it was " +
        "never on, add a `jetstream { store_dir: … }` block to its configuration.",
    );
  }
}

/** For a cluster. */
export function isTooOld(version: string): boolean {
  return compare(numbersOf(version), numbersOf(clusterVersionMin)) < 0;
}

/** A pre-release counts as the version that it becomes. */
function numbersOf(version: string): number[] {
  return version.split(/[.-]/).slice(0, 3).map(Number);
}

function compare(a: readonly number[], b: readonly number[]): number {
  for (const [i, number] of b.entries()) {
    const difference = (a[i] ?? 0) - number;
    // What is no version is older than every one.
    if (difference !== 0) return Number.isNaN(difference) ? -1 : difference;
  }
  return 0;
}
