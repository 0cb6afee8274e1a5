/** Runs a task when one of the places is free; null when as many as `waitingMax` wait already. */
export type Gate = <T>(task: () => Promise<T>) => Promise<T | null>;

export function createGate(places: number, waitingMax: number): Gate {
  const waiting: (() => void)[] = [];
  let free = places;
  return async (task) => {
    if (free > 0) free--;
    else if (waiting.length >= waitingMax) return null;
    else await new Promise<void>((enter) => waiting.push(enter));
    try {
      return await task();
    } finally {
      // The place is handed over, not freed: nobody can slip in between.
      const next = waiting.shift();
      if (next) next();
      else free++;
    }
  };
}
