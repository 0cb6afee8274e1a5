/** A power cut: what no completed sync covered may be there, or not, or half. */
import { closeSync, existsSync, fstatSync, ftruncateSync, openSync, rmSync, writeSync } from "node:fs";
import type { Chance } from "../kit/chance.ts";
import type { Extent, Trace } from "./trace.ts";

/** Returns how many bytes were destroyed. */
export function cutPower(trace: Trace, chance: Chance): number {
  let bytes = 0;
  for (const [path, { dirty, lost }] of trace.files) {
    if (!existsSync(path)) continue;
    const torn = chance.happens(0.5) ? cutAt(dirty, chance) : scattered(dirty, chance);
    bytes += destroy(path, [...torn, ...scattered(lost, chance)], chance);
    // Shared memory doesn't outlive the machine.
    rmSync(path.replace(/(-wal)?$/, "-shm"), { force: true });
  }
  return bytes;
}

/** Everything up to a random byte of a random write arrived, nothing after it. */
function cutAt(dirty: readonly Extent[], chance: Chance): Extent[] {
  if (dirty.length === 0) return [];
  const at = chance.between(0, dirty.length - 1);
  return [...dirty.slice(at, at + 1).map((extent) => torn(extent, chance)), ...dirty.slice(at + 1)];
}

/** Writes arrived in any order: some did, some didn't. */
function scattered(extents: readonly Extent[], chance: Chance): Extent[] {
  return extents.filter(() => chance.happens(0.5)).map((extent) => torn(extent, chance));
}

/** The end of an extent, from a random byte on. */
function torn({ offset, bytes }: Extent, chance: Chance): Extent {
  const kept = chance.between(0, Math.max(0, bytes - 1));
  return { offset: offset + kept, bytes: bytes - kept };
}

/** Garbage, zeros, or the end of the file, in place of what was written. */
function destroy(path: string, extents: readonly Extent[], chance: Chance): number {
  const file = openSync(path, "r+");
  let destroyed = 0;
  for (const { offset, bytes } of extents) {
    const size = fstatSync(file).size;
    const there = Math.min(bytes, size - offset);
    if (there <= 0) continue;
    if (offset + there === size && chance.happens(0.5)) ftruncateSync(file, offset);
    else writeSync(file, chance.happens(0.5) ? chance.bytes(there) : Buffer.alloc(there), 0, there, offset);
    destroyed += there;
  }
  closeSync(file);
  return destroyed;
}
