/** Sends durable commands by docs/protocol.md §3: one cid, `again` while nobody knows, until there is an answer. */
import type { Cid, RoomId, SessionId } from "../../actors/ports.ts";
import type { Command, Mark } from "./check/history.ts";
import type { Device } from "./device.ts";
import type { Recorder } from "./recorder.ts";
import type { Answer } from "./session-socket.ts";
import type { World } from "./world.ts";

/** Above the 15 s that the edge tries by itself. */
const patientMs = 17_000;

export class Sender {
  readonly #world: World;
  readonly #recorder: Recorder;
  readonly device: Device;
  /** Commands without an answer. */
  open = 0;
  readonly #texts = new Map<Cid, string>();

  constructor(world: World, recorder: Recorder, device: Device) {
    this.#world = world;
    this.#recorder = recorder;
    this.device = device;
  }

  /** What one's own stub says. */
  textOf(cid: Cid): string | null {
    return this.#texts.get(cid) ?? null;
  }

  /** Resolves with its answer; only the end of the session leaves it open. @param body in the words of `bodyOf` */
  async command(op: string, room: RoomId, input: Record<string, unknown>, body: string): Promise<Command> {
    const { device } = this;
    const cid = mint(device.now(), this.#world.sim.random);
    if (typeof input.text === "string") this.#texts.set(cid, input.text);
    const command = this.#begin(op, room, cid, body);
    this.open++;
    await this.#see(command, { ...(op === "room.create" ? {} : { room }), ...input, cid });
    this.open--;
    return command;
  }

  /** The cid of an earlier command with another body: must be refused as a conflict. */
  async contradict(earlier: Command, text: string): Promise<void> {
    const { room, cid } = earlier;
    const command = this.#begin("room.post", room, cid, `posted ${text} -`);
    this.open++;
    await this.#see(command, { room, text, cid, again: true });
    this.open--;
  }

  /** Repeated a few times until confirmed. */
  async mark(kind: "delivered" | "read", room: RoomId, seq: number): Promise<void> {
    const { device } = this;
    const { blinded } = this.#world;
    const mark: Mark = {
      ...{ user: device.user, device: device.name, kind, room, seq, knew: device.copy(room).last },
      ...{ invoked: this.#world.sim.now(), answered: null, delivered: 0, read: 0, sighted: true },
    };
    this.#recorder.history.marks.push(mark);
    for (let tries = 0; tries < 5 && !device.socket.ended; tries++) {
      await device.socket.whenOnline();
      const answer = await device.socket.request(`room.${kind}`, { room, seq }, 5_000);
      this.#world.trace.note("marked", device.name, kind, room, seq, answer);
      mark.sighted = blinded === this.#world.blinded;
      if ("ok" in answer) {
        mark.answered = this.#world.sim.now();
        mark.delivered = Number(answer.ok.delivered);
        mark.read = Number(answer.ok.read);
        return;
      }
      if ("error" in answer && !answer.error.retryable) return;
      await device.pause(this.#world.upTo(1_000));
    }
  }

  /** Ends another session of the same user, for good. */
  async revoke(session: SessionId): Promise<void> {
    const { device } = this;
    while (!device.socket.ended) {
      await device.socket.whenOnline();
      const answer = await device.socket.request("session.revoke", { session }, patientMs);
      this.#world.trace.add("revoke", device.name, session, answer);
      const isEnded = "error" in answer && answer.error.code === "not-found";
      if ("ok" in answer || isEnded) {
        this.#world.saw("revoked");
        this.#recorder.history.revocations.push({ user: device.user, session, stillOpen: 0 });
        return;
      }
      await device.pause(this.#pauseAfter(answer));
    }
  }

  #begin(op: string, room: RoomId, cid: Cid, body: string): Command {
    const { device } = this;
    const command: Command = {
      ...{ user: device.user, device: device.name, op, room, cid, body },
      ...{ invoked: this.#world.sim.now(), phase: "info" as const, answered: null },
      ...{ seq: 0, n: 0, epoch: "", code: "", knew: device.copy(room).last, sighted: true },
    };
    this.#recorder.history.commands.push(command);
    this.#world.trace.add("invoke", device.name, op, room, cid, body);
    return command;
  }

  async #see(command: Command, input: Record<string, unknown>): Promise<void> {
    const { socket } = this.device;
    const { blinded } = this.#world;
    for (let again = input.again === true; command.phase === "info" && !socket.ended; ) {
      await socket.whenOnline();
      // A client that asks again too early has two attempts under way: that must be harmless.
      const timeoutMs = this.#world.chance(0.3) ? 300 + this.#world.upTo(3_000) : patientMs;
      const asks = again && input.again !== true && command.op !== "room.create" && this.#world.chance(0.3);
      const { room, cid } = command;
      const answer = asks
        ? await socket.request("room.landed", { room, cid }, timeoutMs)
        : await socket.request(command.op, again ? { ...input, again } : input, timeoutMs);
      this.#world.trace.note("answer", this.device.name, command.op, cid, again, asks, answer);
      again = this.#follow(command, answer, asks) || again;
      if (command.phase === "info") await this.device.pause(this.#pauseAfter(answer));
    }
    command.sighted = blinded === this.#world.blinded;
    command.answered = command.phase === "info" ? null : this.#world.sim.now();
  }

  /** True: from now on nobody knows whether it landed. */
  #follow(command: Command, answer: Answer, asked: boolean): boolean {
    if ("lost" in answer) return true;
    if ("ok" in answer) {
      const { landed, seq, n, epoch, room } = answer.ok;
      if (landed === false) {
        this.#fail(command, "landed:no");
        this.#world.saw("landedNo");
        return false;
      }
      this.#world.saw("acks");
      command.phase = "ok";
      command.seq = Number(seq);
      command.n = Number(n);
      command.epoch = String(epoch);
      if (typeof room === "string") command.room = room;
      return false;
    }
    const { code, retryable, now } = answer.error;
    if (now !== undefined) this.device.correctClock(now);
    if (!retryable && !asked) {
      this.#world.saw("refusals");
      this.#fail(command, code);
    }
    return code === "unknown" || code === "internal";
  }

  #fail(command: Command, code: string): void {
    command.phase = "fail";
    command.code = code;
  }

  #pauseAfter(answer: Answer): number {
    const after = "error" in answer ? (answer.error.retryAfterMs ?? 0) : 0;
    return after + this.#world.upTo(300);
  }
}

/** A UUIDv7 of this time. */
export function mint(ms: number, random: () => number): Cid {
  const hex = (digits: number) =>
    Math.floor(random() * 16 ** digits)
      .toString(16)
      .padStart(digits, "0");
  const time = Math.max(0, Math.floor(ms)).toString(16).padStart(12, "0");
  return `${time.slice(0, 8)}-${time.slice(8)}-7${hex(3)}-${"89ab"[Math.floor(random() * 4)]}${hex(3)}-${hex(6)}${hex(6)}`;
}
