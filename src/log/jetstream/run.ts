import { limits } from "../../../actors/limits.ts";
import type { Position } from "../../../actors/ports.ts";
import type { Reads } from "./reads.ts";
import type { Stored } from "./stored.ts";

export interface RunOptions {
  reads: Reads;
  stream: number;
  /** One room's, or all of the stream. */
  subject: string;
  after: Position;
  /** Where the leader ends. Asked once, and only if the first page isn't enough. */
  upTo: () => Promise<Position>;
  /** Can nothing have lain between `last` and this message? */
  follows: (message: Stored, last: Position) => boolean;
  /** Default: no end. */
  countMax?: number;
  /** It ends with the message that reaches this. */
  bytesMax: number;
}

/**
 * Messages after a position, without a hole, up to the leader's end or until it is enough. Pages come from any replica;
 * wherever a page doesn't join on to what is known, the leader says what comes next: a replica may lag or have lost something.
 */
export async function complete(options: RunOptions): Promise<Stored[]> {
  const { reads, stream, subject, upTo, follows, countMax = Number.MAX_SAFE_INTEGER, bytesMax } = options;
  const found: Stored[] = [];
  let bytes = 0;
  let last = options.after;
  let end: Position | null = null;
  /** True: that is enough. */
  const take = (message: Stored): boolean => {
    found.push(message);
    last = message.position;
    bytes += message.data.length;
    return found.length >= countMax || bytes >= bytesMax;
  };
  for (;;) {
    const before = last;
    const count = Math.min(countMax - found.length, limits.recordsPerReadMax);
    for (const message of await reads.page(stream, subject, last + 1, count, bytesMax - bytes)) {
      if (message.position <= last) continue;
      if (follows(message, last)) {
        if (take(message)) return found;
        continue;
      }
      // What lay between has left the log by age, or this replica lost it.
      const next = await reads.next(stream, subject, last + 1);
      if (next === null) return found;
      if (take(next)) return found;
      if (next.position !== message.position) break;
    }
    end ??= await upTo();
    if (last >= end) return found;
    if (last > before) continue;
    const next = await reads.next(stream, subject, last + 1);
    if (next === null || take(next)) return found;
  }
}
