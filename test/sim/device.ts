/** One tab of one session: a client by docs/protocol.md, written apart from the SDK so that the two check each other. */
import type { Epoch, RoomId, Seq, SessionId, UserId } from "../../actors/ports.ts";
import type { Entry } from "../../actors/room/frame.ts";
import type { SimNode } from "../../actors/runtime/sim.ts";
import { closeCodes } from "../../src/protocol/close.ts";
import type { ServerFrame } from "../../src/protocol/frames.ts";
import { RoomCopy } from "./copy.ts";
import type { Page, Path, Recorder } from "./recorder.ts";
import { type Server, tokenOf } from "./server.ts";
import { type Answer, SessionSocket } from "./session-socket.ts";
import type { World } from "./world.ts";

export interface Identity {
  user: UserId;
  session: SessionId;
  tab: string;
}

interface MembershipItem {
  role: string | null;
  to: Seq | null;
}

/** A gap may close by itself. */
const gapMs = 500;
const pageMax = 100;

export class Device {
  readonly identity: Identity;
  readonly name: string;
  readonly machine: SimNode;
  readonly socket: SessionSocket;
  readonly copies = new Map<RoomId, RoomCopy>();
  readonly roles = new Map<RoomId, string | null>();
  /** Rooms that were left → the seq of the end. */
  readonly #ended = new Map<RoomId, Seq>();
  readonly #world: World;
  readonly #recorder: Recorder;
  /** The server's clock minus ours. */
  #clockOffset = 0;
  #version = 0;
  #syncing: Promise<void> | null = null;
  #connectedAt = 0;
  #resumes = 0;
  /** Rooms of the newest resume that had a cursor, until `live`. */
  #awaited = new Set<RoomId>();
  /** Why the server ended it for good; null: it didn't. */
  endedBy: number | null = null;

  constructor(world: World, servers: () => readonly Server[], recorder: Recorder, identity: Identity) {
    this.identity = identity;
    this.name = `${identity.user.slice(-2)}/${identity.session.slice(-1)}/${identity.tab}`;
    this.#world = world;
    this.#recorder = recorder;
    this.machine = world.sim.node((world.sim.random() * 2 - 1) * world.stormy.skewMs);
    this.socket = new SessionSocket(world, this.machine, servers, {
      hello: () =>
        JSON.stringify({ t: "hello", token: tokenOf(identity.user, identity.session), tab: identity.tab }),
      welcomed: (frame) => this.#welcomed(frame),
      frame: (frame) => this.#frame(frame),
      closed: (code, final) => this.#closed(code, final),
    });
  }

  get user(): UserId {
    return this.identity.user;
  }

  /** The server's clock, as far as this device knows. */
  now(): number {
    return this.machine.now() + this.#clockOffset;
  }

  correctClock(serverNow: number): void {
    this.#clockOffset = serverNow - this.machine.now();
  }

  copy(room: RoomId): RoomCopy {
    let copy = this.copies.get(room);
    if (copy === undefined) {
      copy = new RoomCopy();
      this.copies.set(room, copy);
    }
    return copy;
  }

  pause(ms: number): Promise<void> {
    return new Promise((resolve) => this.machine.after(ms, resolve));
  }

  /** All local copies are lost, as when a browser clears its storage. */
  forget(): void {
    this.copies.clear();
    this.socket.cut();
  }

  /** A page into the copy. False: no answer, or not for us. */
  async load(room: RoomId, where: object): Promise<boolean> {
    const copy = this.copy(room);
    const invoked = this.#world.sim.now();
    const { blinded } = this.#world;
    const knew = copy.last;
    const known = this.roles.get(room) === null ? {} : { known: knew };
    const answer = await this.socket.request("room.history", { room, ...where, ...known }, 17_000);
    if (!("ok" in answer)) return false;
    const page = answer.ok as unknown as Page & { epoch: Epoch };
    const sighted = blinded === this.#world.blinded;
    const connection = `${this.name} page ${invoked}`;
    this.#recorder.page({ ...this.#path("history", invoked), connection, sighted }, room, page, knew);
    if (copy.epoch === null) copy.reset(page.epoch);
    if (copy.epoch === page.epoch) for (const entry of page.entries) copy.put(entry);
    return true;
  }

  #welcomed({ now, version }: Extract<ServerFrame, { t: "welcome" }>): void {
    this.#connectedAt = this.#world.sim.now();
    this.#world.trace.add("welcome", this.name, this.socket.connection, version);
    this.correctClock(now);
    this.#start(version).catch((error) => this.#recorder.history.hanging.push(String(error)));
  }

  async #start(version: number): Promise<void> {
    const { connection } = this.socket;
    while (version > this.#version && !this.socket.ended) await this.#sync();
    if (connection !== this.socket.connection || !this.socket.online) return;
    const rooms: Record<RoomId, [string, Seq] | null> = {};
    for (const [room, role] of this.roles) {
      const copy = this.copy(room);
      if (role !== null || copy.begun) rooms[room] = copy.cursor;
    }
    this.#resume(rooms);
  }

  #resume(rooms: Record<RoomId, [string, Seq] | null>): void {
    if (Object.keys(rooms).length === 0) return;
    for (const [room, cursor] of Object.entries(rooms)) {
      const path = this.#path("live", this.#connectedAt);
      this.#recorder.start(path, room, (cursor?.[1] ?? 0) + 1);
      if (cursor === null) continue;
      this.#recorder.returned(path, room, cursor[1], cursor[1]);
      this.#awaited.add(room);
    }
    this.socket.send({ t: "resume", n: ++this.#resumes, rooms });
  }

  /** Calls share one run. */
  #sync(): Promise<void> {
    this.#syncing ??= this.#catchUp().finally(() => {
      this.#syncing = null;
    });
    return this.#syncing;
  }

  async #catchUp(): Promise<void> {
    for (let more = true; more && !this.socket.ended; ) {
      await this.socket.whenOnline();
      const answer = await this.socket.request("account.sync", { since: this.#version }, 5_000);
      if (!("ok" in answer)) {
        await this.pause(200);
        continue;
      }
      const delta = answer.ok as unknown as {
        version: number;
        items: { key: string; version: number; value: MembershipItem }[];
        more: boolean;
      };
      for (const { key, value, version } of delta.items) {
        if (key.startsWith("room:")) this.#belongs(key.slice(5), value);
        this.#version = Math.max(this.#version, version);
      }
      more = delta.more;
      if (!more) this.#version = Math.max(this.#version, delta.version);
    }
  }

  #belongs(room: RoomId, { role, to }: MembershipItem): void {
    this.roles.set(room, role);
    if (role === null && to !== null) this.#ended.set(room, to - 1);
    else this.#ended.delete(room);
  }

  #frame(frame: ServerFrame): void {
    switch (frame.t) {
      case "events":
        return this.#events(frame.room, frame.epoch, frame.events);
      case "limited":
        this.#world.saw("limited");
        this.#recorder.start(this.#path("live", this.#connectedAt), frame.room, frame.to + 1);
        return this.copy(frame.room).limited(frame.epoch, frame.to);
      case "epoch":
        this.#recorder.start(this.#path("live", this.#connectedAt), frame.room, 1);
        return this.copy(frame.room).reset(frame.epoch);
      case "live":
        return this.#live(frame);
      case "account":
        if (frame.version > this.#version) this.#background(this.#sync());
        return;
      case "ping":
        return this.#ping(frame.heads);
      case "receipts":
        for (const [about, delivered, read] of frame.marks) {
          this.#heard("receipts", frame.room, about, frame.seq, delivered, read);
        }
        return;
      case "typing":
        return this.#heard("typing", frame.room, frame.user, frame.seq, 0, 0);
      case "welcome":
      case "renewed":
      case "unread":
      case "presence":
        return;
    }
  }

  #events(room: RoomId, epoch: string, entries: readonly Entry[]): void {
    this.#recorder.entries(this.#path("live", this.#connectedAt), room, entries);
    if (this.#awaited.delete(room) && entries.length > 0) this.#world.saw("replays");
    const copy = this.copy(room);
    if (!copy.apply(epoch, entries)) this.#background(this.#mend(room, entries));
    if (entries.some((entry) => this.#ends(entry))) copy.live = false;
    if (entries.some((entry) => this.#begins(entry))) copy.forgetVoids();
  }

  #begins(entry: Entry): boolean {
    if (!("kind" in entry)) return false;
    return (
      (entry.kind === "joined" && entry.by === this.user) ||
      (entry.kind === "added" && entry.user === this.user)
    );
  }

  /** Our own removal, ban or leaving is the last that we get. */
  #ends(entry: Entry): boolean {
    if (!("kind" in entry)) return false;
    if (entry.kind === "left") return entry.by === this.user;
    return (entry.kind === "removed" || entry.kind === "banned") && entry.user === this.user;
  }

  /** Entries came beyond a gap. */
  async #mend(room: RoomId, entries: readonly Entry[]): Promise<void> {
    const copy = this.copy(room);
    const { epoch } = copy;
    await this.pause(gapMs);
    await this.load(room, { after: copy.last, limit: pageMax });
    if (epoch !== null && copy.epoch === epoch) copy.apply(epoch, entries);
  }

  #live({ rooms, refused }: Extract<ServerFrame, { t: "live" }>): void {
    for (const [room, [epoch, seq]] of Object.entries(rooms)) {
      const copy = this.copy(room);
      copy.live = true;
      if (!copy.begun) copy.limited(epoch, seq);
      this.#awaited.delete(room);
    }
    const again: Record<RoomId, [string, Seq] | null> = {};
    for (const [room, why] of Object.entries(refused)) {
      this.copy(room).live = false;
      this.#awaited.delete(room);
      if (why === "unavailable") again[room] = this.copy(room).cursor;
    }
    if (Object.keys(again).length === 0) return;
    const { connection } = this.socket;
    this.machine.after(300, () => {
      if (connection === this.socket.connection && this.socket.online) this.#resume(again);
    });
  }

  /** The server's sum of our cursors differs from ours: something was lost. */
  #ping(heads: number): void {
    this.socket.send({ t: "pong" });
    this.#resume(this.#unfinished());
    const rooms: Record<RoomId, [string, Seq]> = {};
    let sum = 0;
    for (const [room, copy] of this.copies) {
      if (!copy.live || copy.cursor === null) continue;
      sum += copy.last;
      rooms[room] = copy.cursor;
    }
    if (sum === heads || Object.keys(rooms).length === 0) return;
    this.#world.trace.add("heads differ", this.name, sum, heads);
    for (const [room, [, seq]] of Object.entries(rooms)) {
      const path = this.#path("live", this.#connectedAt);
      this.#recorder.start(path, room, seq + 1);
      this.#recorder.returned(path, room, seq, seq);
    }
    this.socket.send({ t: "sync", rooms });
  }

  /** Copies of rooms that were left, without the end. */
  #unfinished(): Record<RoomId, [string, Seq] | null> {
    const rooms: Record<RoomId, [string, Seq] | null> = {};
    for (const [room, end] of this.#ended) {
      const copy = this.copy(room);
      if (copy.begun && !copy.live && copy.last < end) rooms[room] = copy.cursor;
    }
    return rooms;
  }

  #heard(
    kind: "typing" | "receipts",
    room: RoomId,
    about: UserId,
    seq: Seq,
    delivered: Seq,
    read: Seq,
  ): void {
    const { t, user, device, connection } = { ...this.#path("live", 0), t: this.#world.sim.now() };
    this.#recorder.history.heard.push({
      t,
      user,
      device,
      connection,
      room,
      kind,
      about,
      seq,
      delivered,
      read,
    });
    this.#world.trace.note("heard", device, kind, room, about, seq, delivered, read);
  }

  #closed(code: number, final: boolean): void {
    this.#world.trace.add("closed", this.name, code);
    if (code === closeCodes.slow.code) this.#world.saw("slowClosed");
    if (code === closeCodes["resume-void"].code) for (const copy of this.copies.values()) copy.reset(null);
    if (final) this.endedBy = code;
    for (const copy of this.copies.values()) copy.live = false;
    this.#awaited.clear();
  }

  #path(path: "live" | "history", asked: number): Path {
    const { user, name: device } = this;
    return {
      user,
      device,
      path,
      asked,
      sighted: true,
      node: this.socket.node,
      connection: `${device} ${this.socket.connection}`,
    };
  }

  #background(work: Promise<unknown>): void {
    work.catch((error) => this.#recorder.history.hanging.push(`${this.name}: ${String(error)}`));
  }
}

export type { Answer };
