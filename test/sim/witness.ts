/** What must have happened often enough for a clean run to mean something: the "sometimes" beside the "always". */

export const witnesses = [
  "fenced",
  "unknown",
  "crashes",
  /** A late attempt found that its cid had been refused for good. */
  "closedFound",
  "looks",
  "replays",
  "acks",
  "refusals",
  "landedNo",
  "conflicts",
  "freezes",
  "late",
  "heldCommands",
  "overloaded",
  "liveDropped",
  "slowClosed",
  "moves",
  "tombstones",
  "revoked",
  "snapshots",
  "limited",
  "clock",
] as const;

export type Witness = (typeof witnesses)[number];
export type Witnessed = Record<Witness, number>;

export function noWitness(): Witnessed {
  return Object.fromEntries(witnesses.map((name) => [name, 0])) as Witnessed;
}

export function addWitnesses(to: Witnessed, more: Witnessed): void {
  for (const name of witnesses) to[name] += more[name];
}
