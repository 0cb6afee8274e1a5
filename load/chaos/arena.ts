/** A real cluster in which things go wrong, and the people in it. */

import type { RoomId } from "../../actors/ports.ts";
import { streamName, streamOf } from "../../src/log/jetstream/subjects.ts";
import { Recorder, type Scene } from "../../test/sim/recorder.ts";
import { Chance } from "../kit/chance.ts";
import { type ClusterNode, LocalCluster, ready } from "../kit/cluster.ts";
import type { NatsServer } from "../kit/nats.ts";
import { Bot, type BotOptions } from "./bots/bot.ts";
import { Meter } from "./meter.ts";
import { Tampering } from "./tampering.ts";
import type { Door } from "./wire.ts";

export interface ArenaOptions {
  seed: number;
  /** Members of MongoDB's replica set. Default 1. */
  mongo?: number;
  /** How long faults last, as a part of what they last in earnest. Default 1. */
  pace?: number;
}

/** What went wrong, when, for how long. */
export interface Fault {
  t: number;
  kind: string;
  what: string;
  /** null: not yet. */
  healedAt: number | null;
}

const pollMs = 50;
/** For what must come: far more than it takes on a busy machine. */
export const patienceMs = 90_000;
const readEveryMs = 1_000;

export class Arena implements Scene, AsyncDisposable {
  readonly cluster: LocalCluster;
  readonly chance: Chance;
  readonly tampering: Tampering;
  readonly pace: number;
  /** Clients come back at once, all together, as those of others might. */
  unmannered = false;
  readonly meter = new Meter();
  readonly recorder: Recorder;
  readonly faults: Fault[] = [];
  readonly bots: Bot[] = [];
  #stranger: Bot | null = null;
  /** Rooms that another node took over, or had to. */
  ownerChanges = 0;
  readonly #readings: Timer;
  #blinded = 0;

  private constructor(cluster: LocalCluster, chance: Chance, tampering: Tampering, pace: number) {
    this.pace = pace;
    this.cluster = cluster;
    this.chance = chance;
    this.tampering = tampering;
    this.recorder = new Recorder(this);
    this.#readings = setInterval(() => void this.readAll(), readEveryMs);
  }

  /** null, and a loud line, when a real part is missing. */
  static async start({ seed, mongo = 1, pace = 1 }: ArenaOptions): Promise<Arena | null> {
    const chance = new Chance(seed);
    const tampering = new Tampering(new Chance(seed + 1));
    const cluster = await LocalCluster.start({ mongo, links: tampering });
    return cluster === null ? null : new Arena(cluster, chance, tampering, pace);
  }

  /** A member of no room. */
  get stranger(): Bot {
    if (this.#stranger === null) throw new Error("nobody has come yet");
    return this.#stranger;
  }

  get nodes(): readonly ClusterNode[] {
    return this.cluster.nodes;
  }

  now(): number {
    return performance.now();
  }

  /** While anything is wrong, no two readings are the same. */
  get blinded(): number {
    return this.faults.some(({ healedAt }) => healedAt === null) ? ++this.#blinded : this.#blinded;
  }

  saw(): void {}

  note(): void {}

  /** `index.start` */
  nameOf(node: ClusterNode): string {
    return `${this.nodes.indexOf(node)}.${node.starts}`;
  }

  /** As a balancer sees it: what listens, whether it answers or not. */
  doors = (): Door[] =>
    this.nodes.filter((node) => node.running).map((node) => ({ node: this.nameOf(node), url: node.url }));

  /** Something is wrong until the returned function is called. */
  fault(kind: string, what: string): () => void {
    const fault: Fault = { t: this.now(), kind, what, healedAt: null };
    this.#blinded++;
    this.faults.push(fault);
    return () => {
      fault.healedAt ??= this.now();
      this.#blinded++;
    };
  }

  /** People come, always in one order. */
  async populate(count: number): Promise<void> {
    const names = Array.from({ length: count }, (_, i) => `bot${i}`);
    const options = names.map((name) => this.#options(name, {}));
    this.bots.push(...(await Promise.all(options.map((each) => Bot.start(each)))));
    this.#stranger = await Bot.start(this.#options("stranger", {}));
  }

  /** Another device of somebody; it belongs to whoever asked. */
  another(of: Bot, name: string, more: Partial<BotOptions> = {}): Promise<Bot> {
    return Bot.again(of, this.#options(name, more));
  }

  /** Asks until it is so. @throws when it never is */
  async until(what: string, check: () => boolean | Promise<boolean>, withinMs = patienceMs): Promise<void> {
    for (const end = this.now() + withinMs; ; await Bun.sleep(pollMs)) {
      if (await check()) return;
      if (this.now() > end) throw new Error(`never so within ${withinMs / 1_000} s: ${what}`);
    }
  }

  /** Everybody goes. */
  async dismiss(): Promise<void> {
    await Promise.all([...this.bots, this.#stranger].map((bot) => bot?.client.close()));
  }

  async readAll(): Promise<void> {
    await Promise.all(this.nodes.map((node) => this.read(node)));
  }

  async read(node: ClusterNode): Promise<ReadonlyMap<string, number>> {
    const none = new Map<string, number>();
    return node.running ? ((await this.meter.read(this.nameOf(node), node.url)) ?? none) : none;
  }

  /**
   * The node that appends most while they talk, and the rooms in its memory. Rooms alone wouldn't tell: those of an earlier round
   * stay in memory for a while, also of a node that decides for none of today's.
   */
  async owner(talk: () => Promise<void>): Promise<{ node: ClusterNode; rooms: number }> {
    const reading = () => Promise.all(this.nodes.map((node) => this.read(node)));
    const appends = (series: ReadonlyMap<string, number> | undefined) =>
      series?.get('starling_log_appends_total{result="ok"}') ?? 0;
    const before = await reading();
    await talk();
    const counted = (await reading()).map((series, i) => ({
      node: this.nodes[i],
      rooms: series.get('starling_actors{kind="room"}') ?? 0,
      made: appends(series) - appends(before[i]),
    }));
    const { node, rooms } = counted.sort((a, b) => b.made - a.made)[0] ?? {};
    if (node === undefined || rooms === undefined) throw new Error("there are no nodes");
    return { node, rooms };
  }

  /** The nats-server that leads the stream of this room. */
  leaderOf(room: RoomId): Promise<NatsServer> {
    return this.cluster.nats.leader(streamName(streamOf(room)));
  }

  async start(node: ClusterNode): Promise<void> {
    await node.start();
    await ready(node);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#readings);
    await this.dismiss();
    await this.cluster[Symbol.asyncDispose]();
  }

  #options(name: string, more: Partial<BotOptions>): BotOptions {
    return {
      name,
      http: this.cluster.balancer.url,
      doors: this.doors,
      unmannered: () => this.unmannered,
      chance: new Chance(this.chance.between(0, 2 ** 31)),
      scene: this,
      recorder: this.recorder,
      ...more,
    };
  }
}
