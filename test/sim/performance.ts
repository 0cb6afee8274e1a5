/** One seed from its first account to its last page: cast, setup, storm, rest, and the final look at everything. */
import type { RoomId, Session, UserId } from "../../actors/ports.ts";
import { directRoomId } from "../../src/auth/ids.ts";
import type { Copy, History } from "./check/history.ts";
import { Cluster } from "./cluster.ts";
import { Device } from "./device.ts";
import { committedOf } from "./logs.ts";
import { Recorder } from "./recorder.ts";
import { SdkDevice } from "./sdk-device.ts";
import { SdkStory } from "./sdk-story.ts";
import { Sender } from "./sender.ts";
import { type Cast, Story } from "./story.ts";
import type { World } from "./world.ts";

/** A lost record or tell is found within 30 s (heads and versions are compared that often), and then repaired. */
const restMs = 33_000;
/** The SDK waits up to 20 s until it tries again, and up to 25 s for the ping by which it finds what is missing. */
const sdkRestMs = 60_000;
/** A cid of a clock that was 180 s ahead is refused until the servers' clocks are 60 s from it. */
const answersMs = 150_000;
/** Feeds linger 10 s, users 5 s. */
const lingerMs = 20_000;
/** By then a resume is through, when nothing is in its way. */
const resumeMs = 2_000;
const pageMax = 40;

export class Performance {
  readonly #world: World;
  readonly #cluster: Cluster;
  readonly #recorder: Recorder;
  readonly #senders: Sender[] = [];
  readonly #sdks: SdkDevice[] = [];
  /** How many of the devices run the real SDK. */
  readonly #sdkShare: number;
  readonly #cast: Cast = { users: [], sessions: [], groups: [], directs: [] };

  constructor(world: World) {
    this.#world = world;
    const small = (most: number) => 1 + Math.floor(world.upTo(most));
    this.#cluster = new Cluster(world, {
      cidsMax: 1 + small(8),
      snapshotEvery: small(world.pick([3, 10, 40]) ?? 10),
      roomMailboxMax: 2 + small(30),
      roomIdleMs: 100 + world.upTo(3_000),
    });
    this.#recorder = new Recorder(world);
    this.#sdkShare = world.chance(0.3) ? 0.5 : 0;
  }

  async run(): Promise<History> {
    await this.#cluster.start();
    await this.#during(this.#setUp());
    if (this.#world.chance(0.4)) await this.#age();
    this.#world.storm();
    this.#cluster.haunt();
    const story = new Story(this.#world, this.#cast);
    const sdkStory = new SdkStory(this.#world, this.#cast.users, this.#cast.groups, story.text);
    const playing = Promise.all([
      ...this.#senders.map((sender) => story.play(sender)),
      ...this.#sdks.map((device) => sdkStory.play(device)),
    ]);
    await this.#wait(2_500 + this.#world.upTo(4_000));
    this.#world.heal();
    this.#cluster.heal();
    await this.#during(playing);
    await this.#answers();
    await this.#wait(this.#sdks.length > 0 ? sdkRestMs : restMs);
    await this.#during(this.#look());
    await this.#close();
    return this.#history();
  }

  get #devices(): Device[] {
    return this.#senders.map(({ device }) => device);
  }

  /** Runs the world until this is done. */
  async #during(work: Promise<unknown>): Promise<void> {
    let done = false;
    const finished = work.then(
      () => {
        done = true;
      },
      (error) => {
        done = true;
        this.#hangs(`script: ${error instanceof Error ? error.stack : String(error)}`);
      },
    );
    const { end } = await this.#world.sim.run(() => done);
    if (!done) this.#hangs(`the world went ${end} in the middle`);
    else await finished;
  }

  #wait(ms: number): Promise<void> {
    return this.#during(new Promise<void>((resolve) => this.#world.infra.after(ms, resolve)));
  }

  #hangs(what: string): void {
    this.#recorder.history.hanging.push(what);
  }

  async #setUp(): Promise<void> {
    const world = this.#world;
    const count = 3 + Math.floor(world.upTo(2));
    for (let i = 0; i < count; i++) await this.#invite(i);
    const [ana, ben] = this.#cast.users;
    if (ana !== undefined && ben !== undefined) {
      this.#cast.directs.push({ room: directRoomId(ana, ben), pair: [ana, ben] });
    }
    for (const { device } of this.#senders) device.socket.connect();
    for (const device of this.#sdks) await device.start();
    const [owner] = this.#senders;
    if (owner === undefined) return;
    const rooms = world.chance(0.3) ? 2 : 1;
    for (let i = 0; i < rooms; i++) {
      const members = this.#cast.users.filter((_, i) => i > 0 && world.chance(0.8));
      const history = world.pick(["everyone", "joined"]) ?? "everyone";
      const join = world.pick(["open", "closed"]) ?? "closed";
      const input = { name: `room ${i}`, members, history, join };
      const created = await owner.command("room.create", "", input, "created");
      this.#cast.groups.push(created.room);
    }
  }

  /** All that was said so far is old: it is in the documents, and leaves the log. */
  async #age(): Promise<void> {
    const [owner] = this.#senders;
    const [room] = this.#cast.groups;
    if (owner === undefined || room === undefined) return;
    for (let i = 0; i < 3; i++)
      await this.#during(owner.command("room.post", room, { text: `${i}` }, `posted ${i} -`));
    await this.#wait(1_000);
    const { log, store } = this.#cluster.shared;
    await log.trim(await store.projection.checkpoint(0));
  }

  async #invite(index: number): Promise<void> {
    const { store } = this.#cluster.shared;
    const user = this.#world.infra.id();
    const name = `user${index}`;
    const at = this.#world.infra.now();
    const empty = { display: name, about: "", password: "", createdAt: at, lastSeenAt: at };
    await store.accounts.create({ id: user, name, ...empty });
    this.#cast.users.push(user);
    const sessions = this.#world.chance(0.4) ? 2 : 1;
    for (let i = 0; i < sessions; i++) {
      const session = await this.#session(user, at);
      this.#cast.sessions.push({ user, session });
      const tabs = this.#world.chance(0.25) ? 2 : 1;
      for (let tab = 0; tab < tabs; tab++) this.#enter(user, session, `t${tab}`);
      if (this.#world.chance(this.#sdkShare)) this.#enterSdk(user, session);
    }
  }

  async #session(user: UserId, at: number): Promise<string> {
    const session: Session = {
      ...{ id: this.#world.infra.id(), user, device: "device", label: "", createdAt: at, lastSeenAt: at },
      ...{ expiresAt: Number.MAX_SAFE_INTEGER, counter: 0, rotatedAt: at, revokedAt: null },
    };
    await this.#cluster.shared.store.sessions.create(session, 20);
    return session.id;
  }

  #enter(user: UserId, session: string, tab: string): Sender {
    const servers = () => this.#cluster.servers;
    const device = new Device(this.#world, servers, this.#recorder, { user, session, tab });
    const sender = new Sender(this.#world, this.#recorder, device);
    this.#senders.push(sender);
    return sender;
  }

  #enterSdk(user: UserId, session: string): void {
    const servers = () => this.#cluster.servers;
    this.#sdks.push(new SdkDevice(this.#world, servers, this.#recorder, { user, session }));
  }

  /** Every command gets its answer. */
  async #answers(): Promise<void> {
    const open = () => this.#senders.filter(({ open, device }) => open > 0 && !device.socket.ended);
    let late = false;
    const cancel = this.#world.infra.after(answersMs, () => {
      late = true;
    });
    await this.#world.sim.run(() => late || open().length === 0);
    cancel();
    for (const { device } of open()) this.#hangs(`${device.name}: a command without answer`);
  }

  /** Everything is at rest: what do devices hold, and what does a fresh reader get? */
  async #look(): Promise<void> {
    for (const revocation of this.#recorder.history.revocations) {
      const open = this.#cluster.servers.flatMap(({ node }) => [
        ...node.gateway.connectionsOf(revocation.user),
      ]);
      revocation.stillOpen = open.filter(({ session }) => session === revocation.session).length;
    }
    for (const sender of [...this.#senders]) {
      if (sender.device.socket.ended) continue;
      for (const [room, copy] of sender.device.copies) {
        const { live, last } = copy;
        await this.#fill(sender.device, room);
        await this.#note(sender, room, live, last);
      }
    }
    for (const device of this.#sdks) await this.#showSdk(device);
    for (const user of this.#cast.users) {
      const session = await this.#session(user, this.#world.infra.now());
      const reader = this.#enter(user, session, "reader");
      reader.device.socket.connect();
      await reader.device.socket.whenOnline();
      await reader.device.pause(resumeMs);
      for (const room of this.#cluster.shared.log.rooms()) await this.#readAll(reader, room);
    }
  }

  async #showSdk(device: SdkDevice): Promise<void> {
    if (device.ended) return;
    const { client, name } = device;
    if (client.connection !== "online") this.#hangs(`${name}: the SDK is ${client.connection}`);
    for (const { op, state, room } of client.outbox.list()) {
      // What was stored waits for its event, which won't come to somebody who is out.
      const waits = state === "stored" && room !== null && client.room(room).info().role === null;
      if (state !== "failed" && !waits) this.#hangs(`${name}: ${op} is still ${state}`);
    }
    for (const { id, role } of client.rooms.snapshot()) {
      if (role !== null) this.#recorder.history.shown.push(await device.show(id));
    }
  }

  /** Loads what `limited` left out. */
  async #fill(device: Device, room: RoomId): Promise<void> {
    const copy = device.copy(room);
    for (let hole = copy.hole(); hole !== null; ) {
      const loaded = await device.load(room, { after: hole - 1, limit: pageMax });
      const next = copy.hole();
      if (!loaded || next === hole) return;
      hole = next;
    }
  }

  /** Pages a room from its beginning. */
  async #readAll(reader: Sender, room: RoomId): Promise<void> {
    const { device } = reader;
    const copy = device.copy(room);
    const { reads } = this.#recorder.history;
    for (let after = 0; ; ) {
      const read = reads.length;
      if (!(await device.load(room, { after, limit: pageMax }))) return;
      const head = reads[read]?.head ?? 0;
      after = Math.min(head, after + pageMax);
      copy.limited(copy.epoch ?? "", after);
      if (after >= head) break;
    }
    await this.#fill(device, room);
    await this.#note(reader, room, false, copy.last);
  }

  async #note(sender: Sender, room: RoomId, live: boolean, last: number): Promise<void> {
    const { device } = sender;
    const copy = device.copy(room);
    const answer = await device.socket.request("room.summaries", { rooms: [room] }, 17_000);
    const [summary] = "ok" in answer ? (answer.ok.rooms as Copy["summary"][]) : [];
    this.#recorder.history.copies.push({
      ...{ user: device.user, device: device.name, room, live, last },
      entries: copy.entries(),
      state: copy.state((cid) => sender.textOf(cid)),
      summary: summary ? { head: summary.head, unread: summary.unread, read: summary.read } : null,
    });
  }

  /** When everybody has gone, nothing stays behind. */
  async #close(): Promise<void> {
    for (const { socket } of this.#devices) socket.end();
    for (const { client } of this.#sdks) await client.close();
    await this.#wait(lingerMs);
    for (const { name, node } of this.#cluster.servers) {
      if (node.feeds.size > 0) this.#hangs(`${name}: ${node.feeds.size} feeds without readers`);
      if (node.gateway.size > 0) this.#hangs(`${name}: ${node.gateway.size} connections without clients`);
    }
  }

  #history(): History {
    const { history } = this.#recorder;
    history.logs = committedOf(this.#cluster.shared.log);
    return history;
  }
}
