/** Bugs that only a bad day shows: two owners, lost replies, late commands, feeds that are behind. The simulator must see them. */
import type { Mutant } from "./mutant.ts";

export const simMutants: Mutant[] = [
  {
    name: "the edge forgets that it tried before",
    breaks: "P2",
    file: "src/rooms/edge.ts",
    from: "        tries.again = true;\n",
    to: "",
    caughtBy: { sim: "C3" },
  },
  {
    name: "did it land: only documents are asked",
    breaks: "P2",
    file: "src/rooms/edge.ts",
    from: "        outcome ??= outcomeIn(record, by, cid);",
    to: "        outcome ??= record.count < 0 ? outcomeIn(record, by, cid) : null;",
    caughtBy: { sim: "C2" },
  },
  {
    name: "a refusal of an owner that was deposed",
    breaks: "P2",
    file: "actors/room/room.ts",
    from: "      return head?.position === position;",
    to: "      return head !== undefined && position >= 0;",
    caughtBy: { sim: "C11" },
  },
  {
    name: "a snapshot without the times of its cids",
    breaks: "P2",
    file: "actors/room/snapshot.ts",
    from: "    cids: new KnownCids(t, w, cidsMax),",
    to: "    cids: new KnownCids(Math.min(t, 0), w, cidsMax),",
    caughtBy: { sim: "C2" },
  },
  {
    name: "a sight ahead of its feed",
    breaks: "P5",
    file: "src/gateway/attach.ts",
    from: "    await feed.reach(head);",
    to: "    await feed.reach(0 * head);",
    caughtBy: { sim: "C8" },
  },
  {
    name: "receipts through a feed that is behind",
    breaks: "P5",
    file: "src/rooms/receipts.ts",
    from: "...accesses.map(({ head }) => head), ...marks.map(({ asOf }) => asOf)",
    to: "...marks.map(({ mark }) => mark.delivered)",
    caughtBy: { sim: "C8" },
  },
];
