/** A disk that fills up under heavy writing, and gets space again. */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { type Log, Unavailable } from "../../actors/ports.ts";
import { openEmbedded } from "../../src/store/sqlite/open.ts";
import type { Ack } from "./acks.ts";
import { recordOf, rooms } from "./records.ts";
import { verify } from "./verify.ts";

const diskBytes = 20 * 1_048_576;
/** Room for all of a WAL: with less, the copying that frees it takes what there is and isn't done. */
const ballastBytes = 6 * 1_048_576;
const pagesMax = 1_000;

export interface FullDiskResult {
  faults: string[];
  /** "tmpfs": a real small disk; "pages": SQLite's own bound, where mounting isn't allowed. */
  disk: "tmpfs" | "pages";
  acked: number;
  refused: number;
}

export async function fullDisk(folder: string): Promise<FullDiskResult> {
  const disk = `${folder}/disk`;
  mkdirSync(disk, { recursive: true });
  const mounted =
    Bun.spawnSync(["mount", "-t", "tmpfs", "-o", `size=${diskBytes}`, "tmpfs", disk]).exitCode === 0;
  try {
    return await fillAndFree(disk, mounted);
  } finally {
    if (mounted) Bun.spawnSync(["umount", disk]);
  }
}

async function fillAndFree(disk: string, mounted: boolean): Promise<FullDiskResult> {
  const faults: string[] = [];
  const acks: Ack[] = [];
  const refusals: unknown[] = [];
  const dir = `${disk}/data`;
  const [first, second] = [`${disk}/first`, `${disk}/second`];
  if (mounted) for (const ballast of [first, second]) writeFileSync(ballast, Buffer.alloc(ballastBytes, 1));
  const fatal = (reason: string) => void faults.push(`it ended itself: ${reason}`);
  {
    await using embedded = await openEmbedded({ dir, fatal, ...(mounted ? {} : { pagesMax }) });
    const { log } = embedded;
    const fill = () => Promise.all(rooms.map((room) => appendUntilRefused(log, room, acks)));
    refusals.push(...(await fill()), ...(await fill()));
    const full = acks.length;
    const heads = await log.heads(rooms);
    if (heads.some(({ seq }) => seq === 0)) faults.push("reads don't go on");
    if (mounted) {
      rmSync(first);
      refusals.push(...(await fill()));
      if (acks.length === full) faults.push("there is space again, but it doesn't recover");
    }
  }
  if (mounted) rmSync(second);
  const strange = refusals.filter((refusal) => !(refusal instanceof Unavailable));
  faults.push(...strange.map((refusal) => `refused with ${refusal}`));
  // Opened without the bound: where there was no small disk, this is the space that comes back.
  faults.push(...(await verify(dir, acks, (ack) => void acks.push(ack))).faults);
  return { faults, disk: mounted ? "tmpfs" : "pages", acked: acks.length, refused: refusals.length };
}

async function appendUntilRefused(log: Log, room: string, acks: Ack[]): Promise<unknown> {
  let [{ position, seq } = { position: 0, seq: 0 }] = await log.heads([room]);
  for (;;) {
    const draft = recordOf(room, seq + 1, 5);
    const result = await log.append(room, position, draft).catch((error: unknown) => error);
    if (typeof result !== "number") return result;
    position = result;
    acks.push({ t: "appended", room, position, from: draft.from, count: draft.count });
    seq += draft.count;
  }
}
