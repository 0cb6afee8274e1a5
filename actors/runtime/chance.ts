/** sfc32 by Chris Doty-Humphrey: small, fast, passes PractRand. [0, 1), the same for the same seed. */
export function createChance(seed: number): () => number {
  let a = 0x9e3779b9;
  let b = seed | 0;
  let c = (seed / 2 ** 32) | 0;
  let counter = 1;
  const next = (): number => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    c |= 0;
    return (sum >>> 0) / 2 ** 32;
  };
  // Neighbouring seeds begin alike; after these rounds they don't.
  for (let round = 0; round < 15; round++) next();
  return next;
}
