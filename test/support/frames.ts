/** What a socket was shown of a room. */
import type { FakeSocket } from "./live.ts";

/** The seqs that a client holds by the rule: what it has it ignores, and a hole shows. Voids and stubs count. */
export function seqsOf(socket: FakeSocket, room: string): number[] {
  const held: number[] = [];
  for (const { from, events } of socket.of("events").filter((frame) => frame.room === room)) {
    let seq = from;
    for (const entry of events) {
      const last = "void" in entry ? entry.void[1] : seq;
      for (; seq <= last; seq++) if (seq > (held.at(-1) ?? 0)) held.push(seq);
    }
  }
  return held;
}
