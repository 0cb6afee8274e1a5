/** What must have happened for a clean run to mean something: the "sometimes" beside the "always". */
export const witnesses = {
  ownerChanges: "rooms that another node took over",
  fenced: "appends that the fence refused (10071)",
  resolved: "commands sent again that got their answer",
  gaps: "holes in a feed, read from the log",
  duplicates: "repeats recognised, by cid or by seq",
  moves: "resumes on another node",
} as const;

export type WitnessName = keyof typeof witnesses;
export type Witnessed = Record<WitnessName, number>;

export const names = Object.keys(witnesses) as WitnessName[];

export function noWitness(): Witnessed {
  return Object.fromEntries(names.map((name) => [name, 0])) as Witnessed;
}

export function sumOf(all: readonly Witnessed[]): Witnessed {
  const sum = noWitness();
  for (const witnessed of all) for (const name of names) sum[name] += witnessed[name];
  return sum;
}
