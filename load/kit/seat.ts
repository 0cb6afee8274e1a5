/** A signed-in socket that speaks the protocol and nothing more: requests with replies, frames to a listener. */
import type { ServerFrame, WireError } from "../../src/protocol/frames.ts";
import { Wire } from "./wire.ts";

export type Cursor = [epoch: string, seq: number];

export class Refused extends Error {
  override name = "Refused";
  readonly code: string;

  constructor(op: string, error: WireError) {
    super(`${op}: ${error.code} ${error.message}`);
    this.code = error.code;
  }
}

export class Closed extends Error {
  override name = "Closed";
  /** Below 4500: come back. null: the connection broke. */
  readonly code: number | null;

  constructor(code: number | null, reason: string) {
    super(`the server closed the connection: ${code} ${reason}`);
    this.code = code;
  }
}

export class Seat {
  /** Every frame that is no reply; `ping` is answered already. */
  onFrame: (frame: ServerFrame) => void = () => {};
  onClosed: (code: number | null, reason: string) => void = () => {};
  #wire: Wire | null = null;
  #count = 0;
  readonly #asked = new Map<number, { op: string; settle: PromiseWithResolvers<unknown> }>();
  readonly #welcome = Promise.withResolvers<Extract<ServerFrame, { t: "welcome" }>>();
  #live: PromiseWithResolvers<Record<string, Cursor>> | null = null;

  /** Resolves after `welcome`. @throws {Error} when the server closes instead. */
  static async open(
    port: number,
    token: string,
    tab: string,
    headers: Record<string, string> = {},
  ): Promise<Seat> {
    const seat = new Seat();
    const handlers = {
      text: (payload: Buffer) => seat.#receive(JSON.parse(payload.toString())),
      closed: (code: number | null, reason: string) => seat.#closed(code, reason),
    };
    seat.#wire = await Wire.open(port, handlers, "/ws", headers);
    seat.#wire.send(JSON.stringify({ t: "hello", token, tab }));
    await seat.#welcome.promise;
    return seat;
  }

  /** @throws {Refused} */
  request(op: string, input: unknown): Promise<unknown> {
    const id = ++this.#count;
    const settle = Promise.withResolvers<unknown>();
    this.#asked.set(id, { op, settle });
    this.#wire?.send(JSON.stringify({ id, op, in: input }));
    return settle.promise;
  }

  /** Attaches rooms and resolves to their cursors once they are live. */
  async resume(rooms: Record<string, Cursor | null>): Promise<Record<string, Cursor>> {
    this.#live = Promise.withResolvers();
    this.#wire?.send(JSON.stringify({ t: "resume", n: 1, rooms }));
    return this.#live.promise;
  }

  close(): void {
    this.#wire?.drop();
  }

  #receive(frame: (ServerFrame | { re: number; ok?: unknown; error?: WireError }) & object): void {
    if ("re" in frame) {
      const asked = this.#asked.get(frame.re);
      this.#asked.delete(frame.re);
      if (frame.error) asked?.settle.reject(new Refused(asked.op, frame.error));
      else asked?.settle.resolve(frame.ok);
      return;
    }
    if (frame.t === "welcome") this.#welcome.resolve(frame);
    else if (frame.t === "ping") this.#wire?.send('{"t":"pong"}');
    else if (frame.t === "live") this.#live?.resolve(frame.rooms);
    this.onFrame(frame);
  }

  #closed(code: number | null, reason: string): void {
    const error = new Closed(code, reason);
    this.#welcome.reject(error);
    this.#welcome.promise.catch(() => {});
    this.#live?.reject(error);
    for (const { settle } of this.#asked.values()) settle.reject(error);
    this.#asked.clear();
    this.onClosed(code, reason);
  }
}
