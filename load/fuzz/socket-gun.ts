/** Fires shots at sockets, before and after hello, and waits for what each one leads to. */
import { Wire } from "../kit/wire.ts";
import { type Expected, expectedOf, faultOfClose, faultOfError, faultOfText } from "./answers.ts";
import { type Ground, nextShot, type Shot } from "./shots.ts";
import type { Tally } from "./tally.ts";

/** Longer than the server gives a socket before hello (limits.helloMs), and than it works on a request. */
const patienceMs = 20_000;
const beforeHello = 0.15;
/** Fired at a socket after each shot: its reply says that the shot was read. */
const probe = "probe";

type Outcome = { closed: number | null } | { reply: Record<string, unknown> } | { probed: true } | "nothing";

export interface Gunner {
  port: number;
  ground: Ground;
  tally: Tally;
  canaries: readonly string[];
  /** A token of the gunner's own account, fresh if the last one was refused. */
  token(refused: boolean): Promise<string>;
}

export class SocketGun {
  readonly #gunner: Gunner;
  #wire: Wire | null = null;
  #closed: number | null | undefined;
  #frames: Record<string, unknown>[] = [];
  #wake: () => void = () => {};

  constructor(gunner: Gunner) {
    this.#gunner = gunner;
  }

  async fire(): Promise<void> {
    const { ground, tally } = this.#gunner;
    const shot = nextShot(ground);
    const early = ground.chance.happens(beforeHello);
    if (early || !this.#wire?.open) await this.#open(!early);
    const kind = early ? `${shot.kind}, before hello` : shot.kind;
    const how = early ? await this.#early(shot, kind) : await this.#late(shot, kind);
    tally.answer(kind, how);
    if (early) this.end();
  }

  end(): void {
    this.#wire?.drop();
    this.#wire = null;
  }

  async #open(hello: boolean): Promise<void> {
    this.end();
    for (let refused = false; ; refused = true) {
      // Before the socket: signing in may take longer than the server waits for a hello.
      const token = hello ? await this.#gunner.token(refused) : "";
      this.#closed = undefined;
      this.#frames = [];
      const wire = await Wire.open(this.#gunner.port, {
        text: (payload) => this.#receive(wire, payload),
        closed: (code) => {
          if (this.#wire === wire) this.#closed = code;
          this.#wake();
        },
      });
      this.#wire = wire;
      if (!hello) return;
      wire.send(JSON.stringify({ t: "hello", token, tab: "gun" }));
      const welcome = await this.#until(() => this.#frames.some(({ t }) => t === "welcome"));
      if (welcome) return;
      if (refused) throw new Error(`hello was refused twice: ${this.#closed}`);
    }
  }

  /** Before hello nothing but the end of the connection is right. */
  async #early(shot: Shot, kind: string): Promise<string> {
    this.#wire?.sendBytes(shot.bytes);
    if (shot.truncated) return "cut by us";
    const ended = await this.#until(() => this.#frames.length > 0);
    const { tally } = this.#gunner;
    if (ended) tally.fault(kind, "an answer before hello", sampleOf(shot));
    return this.#ending(shot, kind);
  }

  async #late(shot: Shot, kind: string): Promise<string> {
    this.#frames = [];
    this.#wire?.sendBytes(shot.bytes);
    if (shot.truncated) {
      this.end();
      return "cut by us";
    }
    const id = `${probe}${this.#gunner.tally.fired}`;
    this.#wire?.send(`{"id":"${id}","op":"account.sync","in":{"since":9007199254740991}}`);
    const outcome = await this.#outcome(expectedOf(shot.text), id);
    if (outcome === "nothing" || "closed" in outcome) return this.#ending(shot, kind);
    const { tally } = this.#gunner;
    if ("probed" in outcome) {
      if (expectedOf(shot.text) === "any") return "no answer wanted";
      tally.fault(kind, "no answer", sampleOf(shot));
      return "no answer";
    }
    const { error } = outcome.reply;
    if (error === undefined) return "ok";
    const fault = faultOfError(error);
    if (fault) tally.fault(kind, fault, `${JSON.stringify(error)} for ${sampleOf(shot)}`);
    return String((error as { code?: string }).code);
  }

  async #outcome(expected: Expected, probeId: string): Promise<Outcome> {
    const replies = () => this.#frames.filter((frame) => "re" in frame);
    // Probes of earlier shots may be answered late; they say nothing about this one.
    const wanted = ({ re }: Record<string, unknown>) =>
      typeof expected === "object" ? re === expected.reply : !String(re).startsWith(probe);
    const probed = () => replies().some(({ re }) => re === probeId);
    await this.#until(() => replies().some(wanted) || (typeof expected !== "object" && probed()));
    const reply = replies().find(wanted);
    if (reply) return { reply };
    if (this.#closed !== undefined) return { closed: this.#closed };
    return probed() ? { probed: true } : "nothing";
  }

  #ending(shot: Shot, kind: string): string {
    const { tally } = this.#gunner;
    if (this.#closed === undefined) {
      tally.fault(kind, "no answer in time", sampleOf(shot));
      this.end();
      return "no answer";
    }
    const fault = faultOfClose(this.#closed, shot.kind === "broken WebSocket");
    if (fault) tally.fault(kind, fault, sampleOf(shot));
    return `closed ${this.#closed ?? "without code"}`;
  }

  #receive(wire: Wire, payload: Buffer): void {
    if (this.#wire !== null && this.#wire !== wire) return;
    const text = payload.toString();
    const fault = faultOfText(text, this.#gunner.canaries);
    if (fault) this.#gunner.tally.fault("any", fault, text);
    const frame = JSON.parse(text) as Record<string, unknown>;
    if (frame.t === "ping") wire.send('{"t":"pong"}');
    else this.#frames.push(frame);
    this.#wake();
  }

  /** True when it came to be; false when the connection ended or patience did. */
  async #until(isSo: () => boolean): Promise<boolean> {
    const deadline = Date.now() + patienceMs;
    while (!isSo() && this.#closed === undefined && Date.now() < deadline) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#wake = resolve;
      const timer = setTimeout(resolve, deadline - Date.now());
      await promise;
      clearTimeout(timer);
    }
    return isSo();
  }
}

function sampleOf(shot: Shot): string {
  return shot.text ?? Buffer.from(shot.bytes).toString("latin1");
}
