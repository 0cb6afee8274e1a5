/**
 * Operations on their way to the writer: as JSON, which costs half of a structured clone, and beside it their long
 * texts as they are. A record is full of quotes, and escaping them took more time than all the rest of the way.
 */
import type { Operation } from "./group.ts";

/** The operations without their long texts, as JSON; then these texts in order. */
export type Parcel = [json: string, ...long: string[]];

/** `places`: of the arguments that travel beside. */
type Packed = Operation & { places?: number[] };

/** Longer than any id, shorter than a record. */
const longUnits = 128;

export function pack(operations: readonly Operation[]): Parcel {
  const long: string[] = [];
  const packed = operations.map((operation): Packed => {
    const places: number[] = [];
    const args = operation.args.map((arg, place) => {
      if (typeof arg !== "string" || arg.length < longUnits) return arg;
      long.push(arg);
      places.push(place);
      return null;
    });
    return places.length === 0 ? operation : { ...operation, args, places };
  });
  return [JSON.stringify(packed), ...long];
}

export function unpack([json, ...long]: Parcel): Operation[] {
  let next = 0;
  return (JSON.parse(json) as Packed[]).map(({ places, ...operation }) => {
    if (places === undefined) return operation;
    const args = [...operation.args];
    for (const place of places) args[place] = long[next++];
    return { ...operation, args };
  });
}
