/** A file becomes an installation, which is read back in the end. */
import { limits } from "../../actors/limits.ts";
import type { ArchiveEntry } from "../../actors/ports.ts";
import { epochOf } from "./epoch.ts";
import { CannotMove } from "./format.ts";
import type { ImportFile } from "./import-file.ts";
import { beginImport, endImport, importing, staysHere } from "./marks.ts";
import type { Place } from "./place.ts";
import { renewed } from "./renew.ts";
import { Tally } from "./tally.ts";

/**
 * May be repeated after an interruption, until it has come to its end.
 * @param id random; what new epochs are made of
 * @throws CannotMove when the place holds something else; then nothing was written
 */
export async function importFrom(file: ImportFile, place: Place, id: string): Promise<Tally> {
  const { sha256 } = file;
  const secrets = place.store.secrets;
  const begun = await importing(secrets);
  if (begun === null) await assertEmpty(place);
  else if (begun.sha256 !== sha256) {
    throw new CannotMove("an import of another file was begun here: finish that one, or empty the target");
  }
  const { id: known } = begun ?? (await beginImport(secrets, { sha256, id }));
  const written = await write(file, place, known);
  const found = await readBack(place);
  if (found.digest !== written.digest) {
    throw new CannotMove(
      `the target doesn't hold what was written (${found.count} entries of ${written.count}): empty it and import again`,
    );
  }
  await endImport(secrets);
  return written;
}

async function assertEmpty({ log, store }: Place): Promise<void> {
  for await (const _ of store.archive.entries()) throw notEmpty();
  for (let stream = 0; stream < log.streams; stream++) {
    if ((await log.scan(stream, 0, 1)).length > 0) throw notEmpty();
  }
}

const notEmpty = () => new CannotMove("the target isn't empty: import into a new one");

async function write(file: ImportFile, { store }: Place, id: string): Promise<Tally> {
  const tally = new Tally();
  let batch: ArchiveEntry[] = [];
  for await (const entry of file.entries()) {
    const moved = file.header.final ? entry : renewed(entry, (room) => epochOf(id, room));
    if (moved === null) continue;
    tally.add(moved);
    if (batch.push(moved) < limits.importBatchMax) continue;
    await store.archive.put(batch);
    batch = [];
  }
  await store.archive.put(batch);
  return tally;
}

async function readBack({ store }: Place): Promise<Tally> {
  const tally = new Tally();
  for await (const entry of store.archive.entries()) {
    if (entry.t !== "secret" || !staysHere(entry.name)) tally.add(entry);
  }
  return tally;
}
