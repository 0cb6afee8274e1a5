/** The first start from a backup: its rooms go on under new epochs, its accounts above every version that was told. */
import { versionJump } from "../merge/account.ts";
import { openWriting } from "./connection.ts";

/** The secret that a backup carries until somebody starts from it. */
export const backupMark = "backup";

/**
 * The source of the backup may have gone on, and clients may hold what it acknowledged afterwards: seqs and account
 * versions that will mean something else here. Under another epoch they drop their copies of rooms and read anew; and all
 * items of an account lie above the version that they have. Every place that an epoch is read from changes; the one inside
 * the text of old frames stays, for nobody reads it: slices are built from their lines.
 * One transaction with the mark's removal, before anything is served: a start that dies in it starts over.
 */
export function makeOwn(path: string): void {
  using db = openWriting(path);
  db.transaction(() => {
    const marked = db.prepare<unknown, [string]>("DELETE FROM secrets WHERE name = ? RETURNING name");
    if (marked.all(backupMark).length > 0) db.run(renew);
  }).immediate();
}

// An empty epoch is a room's that was never made: its records only close cids.
const renew = `
  CREATE TEMP TABLE renewed AS
    SELECT room, lower(hex(randomblob(16))) AS epoch
    FROM (SELECT room FROM records UNION SELECT room FROM rooms UNION SELECT room FROM snapshots);
  CREATE UNIQUE INDEX temp.renewed_room ON renewed (room);
  UPDATE records SET epoch = renewed.epoch FROM renewed WHERE renewed.room = records.room AND records.epoch <> '';
  UPDATE rooms SET doc = json_set(doc, '$.fields.epoch.value', renewed.epoch) FROM renewed
    WHERE renewed.room = rooms.room AND doc ->> '$.fields.epoch.value' IS NOT NULL;
  UPDATE snapshots SET state = json_set(state, '$.epoch', renewed.epoch) FROM renewed
    WHERE renewed.room = snapshots.room;
  DROP TABLE temp.renewed;
  UPDATE versions SET version = version + ${versionJump};
  UPDATE items SET version = version + ${versionJump};
`;
