import type { Cid, Millis } from "../actors/ports.ts";
import type { ClientPlatform } from "./platform.ts";

export type Clock = ReturnType<typeof createClock>;

/** The server's clock as this client knows it, and the cids that are minted by it. */
export function createClock(platform: ClientPlatform) {
  let offset = 0;
  let lastMs = 0;
  let count = 0;

  const now = (): Millis => platform.now() + offset;

  /** @param server the server's clock */
  function set(server: Millis): void {
    offset = server - platform.now();
  }

  return {
    now,
    set,

    /** Our clock ran ahead: new cids must not inherit the wrong time. */
    correct(server: Millis): void {
      set(server);
      lastMs = 0;
    },

    /**
     * A UUIDv7 (RFC 9562 §5.7) that sorts after every earlier one of this client, so that a restored
     * outbox keeps its order: 12 bits count within a millisecond (§6.2, method 1), 60 bits are random.
     */
    cid(): Cid {
      if (now() > lastMs || ++count > 0xfff) {
        lastMs = Math.max(now(), lastMs + 1);
        count = 0;
      }
      const random = hex(platform.bytes(8)).slice(1);
      const whole = `${digits(lastMs, 12)}7${digits(count, 3)}8${random}`;
      return whole.replace(/(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
    },
  };
}

export function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => digits(byte, 2)).join("");
}

function digits(value: number, count: number): string {
  return value.toString(16).padStart(count, "0");
}
