/** What every durable command carries beside its own fields. */
import * as v from "valibot";
import type { Cid } from "../../actors/ports.ts";
import { cid } from "./fields.ts";

const shared = {
  cid,
  /** Sent before without an answer: a refusal must be recorded. */
  again: v.exactOptional(v.boolean()),
};

/** A strict schema of the given fields, `cid` and `again`. */
export function commandInput<const Entries extends v.ObjectEntries>(entries: Entries) {
  return v.strictObject({ ...entries, ...shared });
}

/** Parts a command's input. The body is what a cid stands for: neither the cid nor `again` belong to it. */
export function cidOf<Input extends { cid: Cid; again?: boolean }>({ cid, again, ...body }: Input) {
  return { cid, again: again === true, body };
}
