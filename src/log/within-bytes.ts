import type { LogRecord } from "../../actors/ports.ts";

/** The first records that fit `bytesMax`, at least one. Server parts count too: they also fill memory. */
export function withinBytes(records: Iterable<LogRecord>, bytesMax: number): LogRecord[] {
  const taken: LogRecord[] = [];
  let bytes = 0;
  for (const record of records) {
    bytes += Buffer.byteLength(record.frame) + Buffer.byteLength(record.server);
    if (taken.length > 0 && bytes > bytesMax) break;
    taken.push(record);
  }
  return taken;
}
