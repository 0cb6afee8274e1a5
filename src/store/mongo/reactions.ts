import { limits } from "../../../actors/limits.ts";
import type { RoomId, Seq } from "../../../actors/ports.ts";
import type { ReactionRow } from "../merge/reaction.ts";
import type { Connection } from "./connection.ts";

/** Reactions that one query takes: of most pages all. */
const reactionsAtOnce = 10 * limits.reactionsListMax;

/** The first ones of each seq. Each query finishes at least one seq; nearly always the first finishes all. */
export async function firstReactions(
  connection: Connection,
  room: RoomId,
  seqs: readonly Seq[],
): Promise<Map<Seq, ReactionRow[]>> {
  const { reactions } = connection.collections;
  const enough = limits.reactionsListMax + 1;
  const found = new Map<Seq, ReactionRow[]>();
  let open = [...seqs];
  while (open.length > 0) {
    const rows = await connection.run((session) =>
      reactions
        .find(
          { "_id.room": room, "_id.target": { $in: open }, on: true },
          {
            ...{ sort: { "_id.target": 1, seq: 1 }, hint: "Messages.fields" },
            ...{ limit: reactionsAtOnce, batchSize: reactionsAtOnce, session },
          },
        )
        .toArray(),
    );
    for (const [target, ofTarget] of Map.groupBy(rows, ({ _id }) => _id.target)) {
      const first = ofTarget.slice(0, enough);
      found.set(
        target,
        first.map(({ _id: { user, key }, seq, on }) => ({ user, key, seq, on })),
      );
    }
    const last = rows.at(-1)?._id.target;
    if (rows.length < reactionsAtOnce || last === undefined) break;
    const isCut = (found.get(last)?.length ?? 0) < enough;
    open = open.filter((seq) => seq > last || (seq === last && isCut));
  }
  return found;
}
