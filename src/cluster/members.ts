/**
 * Which nodes are there. Each says so every second on the bus; who misses three, or one and nobody listens on its subject any
 * more, is gone until it speaks again, and who leaves says that at once. A hint that makes routing fast: two nodes that see
 * different members waste time and never fork a room.
 */

import * as v from "valibot";
import { limits } from "../../actors/limits.ts";
import type { Bus, Json, Unsubscribe } from "../../actors/ports.ts";
import type { Platform } from "../../actors/runtime/platform.ts";
import { every } from "../waiting.ts";
import { type Place, placeOf } from "./placement.ts";

/** What a node does: sockets and HTTP, deciding for rooms, following the log. */
export const nodeRoles = ["gateway", "actors", "readers"] as const;
export type NodeRole = (typeof nodeRoles)[number];
export type NodeId = string;

export interface MembersSources {
  /** Another one at each start, so that nobody takes a restarted node for the one that died. */
  node: NodeId;
  roles: readonly NodeRole[];
  bus: Bus;
  platform: Platform;
}

export interface MembersWatch {
  changed?(): void;
  /** Nobody hears of it. One that leaves still answers what it took. */
  gone?(node: NodeId): void;
}

interface Member {
  readonly place: Place;
  readonly roles: readonly NodeRole[];
  /** Beats of ours since it last spoke. Our own count: a node that was frozen doesn't take all others for dead. */
  missed: number;
}

export const nodesSubject = "nodes";
const node = v.pipe(v.string(), v.regex(/^\w{1,64}$/));
const note = v.variant("t", [
  /** `first`: whoever hears it says at once that it is there, too. */
  v.object({ t: v.literal("here"), node, roles: v.array(v.string()), first: v.boolean() }),
  v.object({ t: v.literal("left"), node }),
]);
type Note = v.InferOutput<typeof note>;

export class Members {
  readonly #sources: MembersSources;
  readonly #members = new Map<NodeId, Member>();
  readonly #places = new Map<NodeRole, readonly Place[]>();
  readonly #watches = new Set<MembersWatch>();
  #unsubscribe: Unsubscribe = () => {};
  #endBeats: () => void = () => {};
  #here = false;
  /** It has listened for as long as everybody takes to speak. */
  known = false;

  constructor(sources: MembersSources) {
    this.#sources = sources;
  }

  get node(): NodeId {
    return this.#sources.node;
  }

  get roles(): readonly NodeRole[] {
    return this.#sources.roles;
  }

  /** Whether this node is one of them: it came, and didn't leave. */
  get here(): boolean {
    return this.#here;
  }

  get size(): number {
    return this.#members.size;
  }

  /** Nodes that are there and do this. */
  with(role: NodeRole): readonly Place[] {
    const known = this.#places.get(role);
    if (known !== undefined) return known;
    const members = [...this.#members.values()].filter(({ roles }) => roles.includes(role));
    const places = members.map(({ place }) => place);
    this.#places.set(role, places);
    return places;
  }

  watch(watch: MembersWatch): Unsubscribe {
    this.#watches.add(watch);
    return () => this.#watches.delete(watch);
  }

  /** From here on others may address this node. */
  async join(): Promise<void> {
    this.#unsubscribe = await this.#sources.bus.subscribe(nodesSubject, (message) => this.#hear(message));
    this.#here = true;
    this.#add(this.node, this.#sources.roles);
    this.#say(true);
    this.#endBeats = every(this.#sources.platform, limits.heartbeatMs, () => this.#beat());
  }

  /** Others pass us over from now on. We go on listening. */
  leave(): void {
    if (!this.#here) return;
    this.#here = false;
    this.#sources.bus.publish(nodesSubject, { t: "left", node: this.node });
    this.#passOver(this.node);
  }

  /** Nobody listens on its subject: it is gone until it says otherwise. */
  lost(node: NodeId): void {
    if (node !== this.node) this.#remove(node);
  }

  stop(): void {
    this.#endBeats();
    this.#unsubscribe();
  }

  #beat(): void {
    this.known = true;
    if (this.#here) this.#say(false);
    for (const [node, member] of this.#members) {
      if (node === this.node) continue;
      member.missed++;
      if (member.missed > limits.heartbeatsMissedMax) this.#remove(node);
      else if (member.missed > 1) this.#doubt(node);
    }
  }

  /** A heartbeat is late: is anybody there? A process that died leaves nobody who could answer, and that is known at once. */
  #doubt(node: NodeId): void {
    const { bus, platform } = this.#sources;
    const began = platform.monotonic();
    bus.request(`node.${node}`, { t: "ping" }, limits.heartbeatMs, 1).then(
      (answers) => {
        const nobody = answers.length === 0 && platform.monotonic() - began < limits.heartbeatMs;
        if (nobody) this.#remove(node);
      },
      // The bus is away: it says nothing of that node.
      () => {},
    );
  }

  #say(first: boolean): void {
    const { bus, roles } = this.#sources;
    bus.publish(nodesSubject, { t: "here", node: this.node, roles, first });
  }

  #hear(message: Json): void {
    const heard = noteOf(message);
    if (heard === null || heard.node === this.node) return;
    if (heard.t === "left") return this.#passOver(heard.node);
    if (heard.first && this.#here) this.#say(false);
    const member = this.#members.get(heard.node);
    if (member !== undefined) member.missed = 0;
    // Roles of a later version are nothing to us.
    else
      this.#add(
        heard.node,
        nodeRoles.filter((role) => heard.roles.includes(role)),
      );
  }

  #add(node: NodeId, roles: readonly NodeRole[]): void {
    if (this.#members.size >= limits.nodesMax) return;
    this.#members.set(node, { place: placeOf(node), roles, missed: 0 });
    this.#changed();
  }

  #remove(node: NodeId): void {
    if (!this.#members.has(node)) return;
    this.#passOver(node);
    for (const watch of this.#watches) watch.gone?.(node);
  }

  #passOver(node: NodeId): void {
    if (this.#members.delete(node)) this.#changed();
  }

  #changed(): void {
    this.#places.clear();
    for (const watch of this.#watches) watch.changed?.();
  }
}

/** null: not of a node of ours, or of a version that speaks otherwise. */
export function noteOf(message: Json): Note | null {
  const parsed = v.safeParse(note, message);
  return parsed.success ? parsed.output : null;
}
