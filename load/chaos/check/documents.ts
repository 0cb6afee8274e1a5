/** C4, C5, C13: what the database itself holds of a room is what the log says: one document per seq, no more. */
import type { Truth } from "../../../test/sim/check/truth.ts";
import type { Report } from "../../../test/sim/check/violation.ts";
import type { Document } from "./evidence.ts";

export function checkDocuments(all: readonly Document[], truth: Truth, report: Report): void {
  const { room } = truth;
  const here = new Map(
    all.filter((document) => document.room === room).map((document) => [document.seq, document]),
  );
  for (const { seq, text } of truth.lines) {
    const document = here.get(seq);
    here.delete(seq);
    if (document === undefined) report("C4", `${room}: the database has no document of ${seq}`);
    else if (document.gone !== (truth.deletion.get(seq) ?? null)) {
      report("C13", `${room}: the database says that ${seq} was deleted by ${document.gone}`);
    } else if (document.line !== (document.gone === null ? text : null)) {
      report("C5", `${room}: the database has something else at ${seq}`);
    }
  }
  for (const seq of here.keys()) report("C4", `${room}: the database has ${seq}, which the log hasn't`);
}
