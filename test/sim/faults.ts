/**
 * What may go wrong in one seed. Swarm testing (Groce et al., 2012): every seed has only some of the faults, since all
 * at once hide each other.
 */

export interface Faults {
  /** Longest way of a message between two machines, ms. */
  travelMs: number;
  /** An append: refused, lost before the log, landed without answer, landed long after its caller gave up. */
  appendRefused: number;
  appendLost: number;
  appendLanded: number;
  appendLate: number;
  /** Reads of the log that fail; windows per second in which heads are old. */
  readFails: number;
  staleHeads: number;
  /** Live records that are dropped, doubled, or come much later. */
  liveDropped: number;
  liveDoubled: number;
  liveDelayed: number;
  /** Store calls that fail before or after they were applied, or take long. */
  storeFails: number;
  storeUnknown: number;
  storeSlow: number;
  /** The history reader's writes take long, or show up in parts: a wide gap between log and documents. */
  projectionSlow: number;
  projectionParts: number;
  busDropped: number;
  busDelayed: number;
  /** A command on its way to the actor: held for seconds, its reply lost, or decided by the other node. */
  commandHeld: number;
  replyLost: number;
  commandElsewhere: number;
  /** Per question to log, store or bus: the node dies before it is answered. */
  crashes: number;
  /** Per simulated second. */
  freezes: number;
  /** Per second and device. */
  drops: number;
  slowReader: number;
  /** People only talk, and come and go all the time: what is refused now might be taken a moment later. */
  door: boolean;
  /** Largest error of a machine's clock, ms. */
  skewMs: number;
}

export const calm: Faults = {
  travelMs: 2,
  appendRefused: 0,
  appendLost: 0,
  appendLanded: 0,
  appendLate: 0,
  readFails: 0,
  staleHeads: 0,
  liveDropped: 0,
  liveDoubled: 0,
  liveDelayed: 0,
  storeFails: 0,
  storeUnknown: 0,
  storeSlow: 0,
  projectionSlow: 0,
  projectionParts: 0,
  busDropped: 0,
  busDelayed: 0,
  commandHeld: 0,
  replyLost: 0,
  commandElsewhere: 0,
  crashes: 0,
  freezes: 0,
  drops: 0,
  slowReader: 0,
  door: false,
  skewMs: 0,
};

/** @param random the seed's own */
export function faultsOf(random: () => number): Faults {
  /** In two of three seeds, up to `most`. */
  const some = (most: number): number => (random() < 0.67 ? most * random() : 0);
  const door = random() < 0.2;
  return {
    travelMs: 1 + random() * 20,
    appendRefused: some(0.04),
    appendLost: some(0.06),
    appendLanded: some(0.1),
    appendLate: some(0.08),
    readFails: some(0.02),
    staleHeads: some(0.6),
    liveDropped: some(0.1),
    liveDoubled: some(0.1),
    liveDelayed: some(0.2),
    storeFails: some(0.02),
    storeUnknown: some(0.02),
    storeSlow: some(0.1),
    projectionSlow: some(0.7),
    projectionParts: some(0.3),
    busDropped: some(0.2),
    busDelayed: some(0.2),
    commandHeld: door ? 0.3 : some(0.12),
    replyLost: some(0.06),
    commandElsewhere: random() < 0.5 ? random() * 0.5 : 0,
    crashes: some(0.006),
    freezes: some(0.5),
    drops: some(0.3),
    slowReader: some(0.05),
    door,
    skewMs: random() < 0.5 ? 90_000 * random() : 0,
  };
}
