/** What was taken is given back: the levels of a quiet time against those of the first one. */

/** What one node, or the brokers together, hold of each thing. */
export type Levels = Readonly<Record<string, number>>;

/** By the place where it is held. */
export type Everywhere = ReadonlyMap<string, Levels>;

export interface Row {
  place: string;
  what: string;
  quiet: number;
  /** Highest while it was busy. */
  peak: number;
  after: number;
  most: number;
  ok: boolean;
}

/** How far above its first quiet level a thing may lie in the end: `factor` of it, and `more`. */
interface Slack {
  factor: number;
  more: number;
}

const exact: Slack = { factor: 1, more: 0 };

/** What isn't named here comes back exactly. */
const slacks: Readonly<Record<string, Slack>> = {
  // Whatever the collector hasn't seen a need for, and an allocator's pages that are partly in use.
  "memory MB": { factor: 1.15, more: 16 },
  // What the readers ask MongoDB at one moment, and not at another.
  descriptors: { factor: 1, more: 12 },
  "broker connections": { factor: 1, more: 3 },
  // A question that is on its way when the sample is taken; each has one or two.
  timers: { factor: 1, more: 6 },
  "broker subscriptions": { factor: 1, more: 4 },
};

export function compare(quiet: Everywhere, busy: readonly Everywhere[], after: Everywhere): Row[] {
  return [...quiet].flatMap(([place, levels]) =>
    Object.entries(levels).map(([what, was]) => {
      const { factor, more } = slacks[what] ?? exact;
      const most = was * factor + more;
      const is = after.get(place)?.[what] ?? Number.NaN;
      const peak = Math.max(...busy.map((levels) => levels.get(place)?.[what] ?? 0));
      return { place, what, quiet: was, peak, after: is, most, ok: is <= most };
    }),
  );
}

/** Of several samples of one quiet time, the lowest of each: what lies above it comes and goes. */
export function lowest(samples: readonly Everywhere[]): Everywhere {
  const found = new Map<string, Record<string, number>>();
  for (const [place, levels] of samples.flatMap((sample) => [...sample])) {
    const known = found.get(place) ?? {};
    found.set(place, known);
    for (const [what, value] of Object.entries(levels)) known[what] = Math.min(known[what] ?? value, value);
  }
  return found;
}
