/**
 * The file of an export: lines of JSON. First a header, then one archive entry a line, in the order in which a store takes them,
 * then an end that says how many there were and digests every byte before it.
 *
 *     {"starling":"export","format":1,"version":"0.1.0","at":1790000000000,"final":false}
 *     {"t":"account","account":{…}}
 *     …
 *     {"end":{"entries":1234,"sha256":"…"}}
 *
 * It holds no positions: those belong to a log. It holds keys and hashed passwords: guard it like the database.
 */
import * as v from "valibot";

/** Raised when an older program would misread the file. */
export const exportFormat = 1;

export const headerSchema = v.object({
  starling: v.literal("export"),
  format: v.number(),
  /** Of the program that wrote it. */
  version: v.string(),
  /** Ms since 1970. */
  at: v.number(),
  /** The source was closed: rooms keep their epochs, accounts their versions. */
  final: v.boolean(),
});
export type Header = v.InferOutput<typeof headerSchema>;

export const endSchema = v.object({ end: v.object({ entries: v.number(), sha256: v.string() }) });

/** What a person can act on: a file or an installation that can't be moved. */
export class CannotMove extends Error {
  override name = "CannotMove";
}
