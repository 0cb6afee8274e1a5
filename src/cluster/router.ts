/**
 * The way of a command to the node that decides. The addressed node always decides: the fence makes that safe, whoever else
 * believes to own the room. Only a node that isn't there (no responder, three missed heartbeats) or says "not by me" passes a
 * command on to the next; silence is unknown, and the edge comes back with the same cid, `again`.
 */

import { limits } from "../../actors/limits.ts";
import type { Bus, Json, RoomId, Unsubscribe } from "../../actors/ports.ts";
import type { RoomCommand, RoomReply } from "../../actors/room/commands.ts";
import { type Failure, unavailable } from "../../actors/runtime/failure.ts";
import type { Platform } from "../../actors/runtime/platform.ts";
import type { RoomPort } from "../rooms/edge.ts";
import { type Answer, answerOf, encoded, type Letter, letterOf } from "./codec.ts";
import type { Members, NodeId } from "./members.ts";
import { chosen } from "./placement.ts";

export interface RouterSources {
  members: Members;
  bus: Bus;
  platform: Platform;
  /** This node's actors; null: they are elsewhere. */
  own: RoomPort | null;
  /** Loads rooms that will be asked for soon. */
  warm(rooms: readonly RoomId[]): void;
  /** Rooms that are loaded here. */
  loaded(): readonly RoomId[];
  onFailure: (error: unknown) => void;
}

type Decision = RoomReply | Failure;
type End = (decision: Decision) => void;

const timeout: Failure = { failure: "timeout" };
const unknown: Failure = { failure: "unknown" };

export class Router implements RoomPort {
  readonly #sources: RouterSources;
  /** What waits for another node's answer. */
  readonly #asked = new Map<NodeId, Set<End>>();
  readonly #stops: Unsubscribe[] = [];
  /** Commands that this node's actors have in work. */
  #deciding = 0;
  #onIdle: (() => void) | null = null;
  /** Since the start, for metrics. */
  readonly counts = { sent: 0, passed: 0, silent: 0, foreign: 0 };

  constructor(sources: RouterSources) {
    this.#sources = sources;
  }

  /** Others may ask this node from here on. */
  async start(): Promise<void> {
    const { members, bus } = this.#sources;
    this.#stops.push(members.watch({ gone: (node) => this.#gone(node) }));
    this.#stops.push(
      await bus.subscribe(`node.${members.node}`, (message, answer) => this.#hear(message, answer)),
    );
  }

  async ask(room: RoomId, command: RoomCommand, timeoutMs: number): Promise<Decision> {
    const { members, platform } = this.#sources;
    const deadline = platform.monotonic() + timeoutMs;
    const passed = new Set<NodeId>();
    for (;;) {
      const left = deadline - platform.monotonic();
      if (left <= 0) return timeout;
      const all = members.with("actors");
      const places = passed.size === 0 ? all : all.filter(({ node }) => !passed.has(node));
      // The last one to leave decides until its end.
      const node = chosen(room, places) ?? members.node;
      if (node === members.node) return await this.#decide(room, command, left);
      const decision = await this.#askOne(node, { t: "command", room, timeoutMs: left, command });
      if (decision !== null) return decision;
      this.counts.passed++;
      passed.add(node);
    }
  }

  /**
   * After `members.leave`: resolves when everything that this node had taken is decided, and the next owners were told
   * what they will be asked for.
   */
  async handOver(): Promise<void> {
    const { platform } = this.#sources;
    if (this.#deciding > 0) {
      const idle = Promise.withResolvers<void>();
      this.#onIdle = idle.resolve;
      const cancel = platform.after(limits.drainMs, idle.resolve);
      await idle.promise;
      cancel();
    }
    this.#warmOthers();
  }

  stop(): void {
    for (const stop of this.#stops) stop();
    for (const node of [...this.#asked.keys()]) this.#gone(node);
  }

  /** null: that node didn't do it, and won't. */
  async #askOne(node: NodeId, letter: Letter & { t: "command" }): Promise<Decision | null> {
    const { members, bus, platform, onFailure } = this.#sources;
    const timeoutMs = Math.min(letter.timeoutMs, limits.routeMs);
    const began = platform.monotonic();
    this.counts.sent++;
    const gone = Promise.withResolvers<Decision>();
    const ends = this.#asked.get(node) ?? new Set();
    this.#asked.set(node, ends.add(gone.resolve));
    try {
      const request = bus.request(`node.${node}`, encoded({ ...letter, timeoutMs }), timeoutMs, 1);
      const answers = await Promise.race([request, gone.promise]);
      if (!Array.isArray(answers)) return answers;
      const first = answers.at(0);
      if (first !== undefined) return this.#understood(first);
      if (platform.monotonic() - began >= timeoutMs) {
        this.counts.silent++;
        return timeout;
      }
      // Nobody listens there. What else waits for it may have been taken by it before.
      members.lost(node);
      return null;
    } catch (error) {
      // It may have left before the bus failed.
      onFailure(error);
      return timeout;
    } finally {
      ends.delete(gone.resolve);
      if (ends.size === 0) this.#asked.delete(node);
    }
  }

  #understood(message: Json): Decision | null {
    const answer: Answer | null = answerOf(message);
    if (answer === null || "here" in answer) {
      this.counts.foreign++;
      return unknown;
    }
    if ("pass" in answer) return null;
    // Its actors stop, and nothing was done.
    return "failure" in answer && answer.failure === "stopped" ? null : answer;
  }

  /** Whatever it had taken may have been done. */
  #gone(node: NodeId): void {
    for (const end of this.#asked.get(node) ?? []) end(timeout);
  }

  #hear(message: Json, answer?: (reply: Json) => void): void {
    const { members, own, onFailure } = this.#sources;
    const say = (words: Answer) => answer?.(encoded(words));
    const letter = letterOf(message);
    if (letter?.t === "ping") return say({ here: true });
    if (letter === null || own === null) {
      this.counts.foreign++;
      return say({ pass: "foreign" });
    }
    if (!members.here) return say({ pass: "leaving" });
    if (letter.t === "warm") return this.#sources.warm(letter.rooms);
    this.#decide(letter.room, letter.command, letter.timeoutMs).then(say, (error) => {
      onFailure(error);
      say(unknown);
    });
  }

  async #decide(room: RoomId, command: RoomCommand, timeoutMs: number): Promise<Decision> {
    const { own } = this.#sources;
    if (own === null) return unavailable;
    this.#deciding++;
    try {
      return await own.ask(room, command, timeoutMs);
    } finally {
      if (--this.#deciding === 0) this.#onIdle?.();
    }
  }

  #warmOthers(): void {
    const { members, bus, loaded } = this.#sources;
    const places = members.with("actors");
    const moving = Map.groupBy(loaded().slice(0, limits.warmMax), (room) => chosen(room, places));
    for (const [node, rooms] of moving) {
      if (node !== null) bus.publish(`node.${node}`, encoded({ t: "warm", rooms }));
    }
  }
}
