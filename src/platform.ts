/** The real world: time, chance and scheduling of the process. */
import type { Platform } from "../actors/runtime/platform.ts";

const alphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
const idBytes = 16;
/** 58^22 > 2^128: every id has this width. */
const idChars = 22;
/** setTimeout takes a signed 32 bit integer; a longer delay would fire at once. */
const timeoutMaxMs = 2 ** 31 - 1;

export const platform: Platform = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  soon: (task) => {
    setImmediate(task);
  },
  after,
  random: () => Math.random(),
  id: () => base58(crypto.getRandomValues(new Uint8Array(idBytes))),
};

let armed = 0;

/** Timers that wait, for metrics: one that nobody cancels shows here. */
export const timersArmed = (): number => armed;

function after(ms: number, task: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | null = null;
  const wait = (leftMs: number): void => {
    if (leftMs > timeoutMaxMs) {
      timer = setTimeout(() => wait(leftMs - timeoutMaxMs), timeoutMaxMs);
      return;
    }
    timer = setTimeout(() => {
      timer = null;
      armed--;
      task();
    }, leftMs);
  };
  armed++;
  wait(ms);
  return () => {
    if (timer === null) return;
    clearTimeout(timer);
    timer = null;
    armed--;
  };
}

/** 16 bytes as one big-endian number, in 22 digits: different bytes give different ids, all equally likely. */
export function base58(bytes: Uint8Array): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, idBytes);
  const words = [0, 4, 8, 12].map((offset) => view.getUint32(offset));
  let digits = "";
  while (digits.length < idChars) {
    let rest = 0;
    for (let index = 0; index < words.length; index++) {
      const dividend = rest * 2 ** 32 + (words[index] ?? 0);
      words[index] = Math.floor(dividend / alphabet.length);
      rest = dividend % alphabet.length;
    }
    digits = alphabet.charAt(rest) + digits;
  }
  return digits;
}
