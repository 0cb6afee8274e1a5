import type { CSSProperties } from "react";

/** A flock over the water, drawn as dots along a folding ribbon. The seed is fixed: the same on every screen. */

interface Bird {
  x: number;
  y: number;
  r: number;
  hue: number;
}

const flocks = 3;
const birdsPerFlock = 300;

/** mulberry32: small, and good enough for a picture. */
function chances(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

function flock(seed: number): Bird[] {
  const chance = chances(seed);
  // The sum of three chances gathers birds near the middle, as a flock does.
  const near = () => (chance() + chance() + chance()) / 1.5 - 1;
  return Array.from({ length: birdsPerFlock }, () => {
    // Along the ribbon from -1 to 1: a great cloud, a waist, a smaller cloud, and stragglers at both ends.
    const t = Math.max(-1.1, Math.min(1.1, (chance() < 0.7 ? -0.28 : 0.5) + near() * 0.85));
    const width = 8 + 50 * Math.cos((t + 0.3) * 1.5) ** 2 * (1 - 0.35 * Math.sin(t * 5));
    const spread = near();
    return {
      x: 200 + 165 * t + 14 * Math.sin(t * 5 + seed * 0.4) + spread * 22,
      y: 110 - 42 * Math.sin(t * 2.5 - 0.5) + spread * width,
      r: 0.45 + chance() ** 2 * 1.25 * (1.1 - Math.abs(spread)),
      hue: 255 + 75 * t,
    };
  });
}

const sky = Array.from({ length: flocks }, (_, index) => flock(index + 1));

export function Murmuration() {
  return (
    <svg className="murmuration" viewBox="0 0 400 220" aria-hidden="true">
      {sky.map((birds, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the picture never changes
        <g key={index} className={`flock flock-${index + 1}`}>
          {birds.map((bird) => (
            <circle
              key={`${bird.x}:${bird.y}`}
              cx={bird.x.toFixed(1)}
              cy={bird.y.toFixed(1)}
              r={bird.r.toFixed(2)}
              style={{ "--hue": bird.hue.toFixed(0) } as CSSProperties}
            />
          ))}
        </g>
      ))}
    </svg>
  );
}
