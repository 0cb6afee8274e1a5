import type { Log, Store } from "../../actors/ports.ts";
import { project } from "../../actors/room/project.ts";

const recordsAtOnce = 200;

/**
 * Brings the documents up to the log's end, as the reader `history` does in a server.
 * @throws whatever a record that can't be applied throws: then the documents aren't whole
 */
export async function settle({ log, store }: { log: Log; store: Pick<Store, "projection"> }): Promise<void> {
  for (let stream = 0; stream < log.streams; stream++) {
    for (let after = await store.projection.checkpoint(stream); ; ) {
      const records = await log.scan(stream, after, recordsAtOnce);
      const last = records.at(-1);
      if (last === undefined) break;
      after = last.position;
      await store.projection.apply(records.flatMap(project), { stream, position: after });
    }
  }
}
