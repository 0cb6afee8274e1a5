/** One socket that speaks docs/protocol.md, written from that page alone. */
import type { ServerFrame, WireError } from "../../../src/protocol/frames.ts";

export type Result = { ok: Record<string, unknown> } | { error: WireError };
type Welcome = Extract<ServerFrame, { t: "welcome" }>;
/** Gets every frame that isn't a reply, in order, and the id of the connection that it came over. */
export type Take = (frame: ServerFrame, connection: string) => void;

/** How a socket ended. */
export interface End {
  code: number;
  reason: string;
}

/** The socket ended before what was asked for came. */
export class Lost extends Error {
  override name = "Lost";
  readonly end: End;
  constructor(end: End, what: string) {
    super(`closed with ${end.code} ${end.reason} while waiting for ${what}`);
    this.end = end;
  }
}

/** Nothing here takes longer, the slowest disk included. */
const patienceMs = 15_000;

export class Wire {
  readonly closed: Promise<End>;
  welcome: Welcome | null = null;
  readonly #socket: WebSocket;
  readonly #take: Take;
  readonly #replies = new Map<number, { settle: (result: Result) => void; lose: (end: End) => void }>();
  readonly #watchers = new Set<(end: End | null) => void>();
  #id = 0;
  #end: End | null = null;

  constructor(url: string, take: Take) {
    this.#take = take;
    this.#socket = new WebSocket(`${url.replace("http", "ws")}/ws`, ["starling.v1.json"]);
    this.closed = new Promise((resolve) => {
      this.#socket.onclose = ({ code, reason }) => {
        const end = { code, reason };
        this.#end = end;
        for (const { lose } of this.#replies.values()) lose(end);
        this.#notify();
        resolve(end);
      };
    });
    this.#socket.onmessage = ({ data }) => this.#receive(String(data));
  }

  /** Opens a socket and says hello. @throws Lost with the code with which it was refused */
  static async open(url: string, token: string, tab: string, take: Take): Promise<Wire> {
    const wire = new Wire(url, take);
    wire.#socket.onopen = () => wire.say({ t: "hello", token, tab });
    await wire.until("welcome", () => wire.welcome !== null);
    return wire;
  }

  get open(): boolean {
    return this.#end === null;
  }

  say(frame: object): void {
    if (this.open) this.#socket.send(JSON.stringify(frame));
  }

  /** @throws Lost when the socket ends first: then nobody knows */
  request(op: string, input: object): Promise<Result> {
    const id = ++this.#id;
    return patiently(op, (resolve, reject) => {
      if (this.#end !== null) return reject(new Lost(this.#end, op));
      this.#replies.set(id, { settle: resolve, lose: (end) => reject(new Lost(end, op)) });
      this.say({ id, op, in: input });
    });
  }

  /** Resolves once `look` is true, which is asked after every frame. */
  until(what: string, look: () => boolean): Promise<void> {
    return patiently(what, (resolve, reject) => {
      const watch = (end: End | null) => {
        if (end !== null) reject(new Lost(end, what));
        else if (look()) resolve();
        else return;
        this.#watchers.delete(watch);
      };
      this.#watchers.add(watch);
      watch(this.#end);
    });
  }

  /** The other side must end it. */
  ended(): Promise<End> {
    return patiently("the end of the socket", (resolve, reject) => {
      this.closed.then(resolve, reject);
    });
  }

  close(): Promise<End> {
    this.#socket.close();
    return this.closed;
  }

  #receive(text: string): void {
    const frame = JSON.parse(text) as ServerFrame | ({ re: number } & Result);
    if ("re" in frame) {
      const { re, ...result } = frame;
      const waiting = this.#replies.get(re);
      if (waiting === undefined) throw new Error(`a second reply to ${re}`);
      this.#replies.delete(re);
      waiting.settle(result);
    } else if (frame.t === "ping") this.say({ t: "pong" });
    else if (frame.t === "welcome") this.welcome = frame;
    else this.#take(frame, this.welcome?.connection ?? "");
    this.#notify();
  }

  #notify(): void {
    for (const watch of [...this.#watchers]) watch(this.#end);
  }
}

function patiently<T>(
  what: string,
  work: (resolve: (value: T) => void, reject: (error: Error) => void) => void,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`never came: ${what}`)), patienceMs);
    work(
      (value) => {
        clearTimeout(timer);
        resolve(value);
      },
      (error) => {
        clearTimeout(timer);
        reject(error);
      },
    );
  });
}

/** What a request that must succeed gave. */
export function okOf(result: Result): Record<string, unknown> {
  if ("ok" in result) return result.ok;
  throw new Error(`refused: ${JSON.stringify(result.error)}`);
}

export function errorOf(result: Result): string | null {
  return "error" in result ? result.error.code : null;
}
