/** A scripted server behind the transport seam. */
import type { Entry } from "../../actors/room/frame.ts";
import type { Fetch } from "../../sdk/session.ts";
import type { Link, Transport, TransportHandlers } from "../../sdk/transport.ts";
import type { ClientFrame, ServerFrame, WireError } from "../../src/protocol/frames.ts";
import { epoch, seqOf, start } from "./entries.ts";

interface Sent {
  id?: number;
  op?: string;
  in?: Record<string, unknown>;
  t?: ClientFrame["t"];
  n?: number;
  token?: string;
  tab?: string;
  rooms?: Record<string, [string, number] | null>;
}

/** One connection, as the server sees it. */
export class FakeLink implements Link {
  readonly sent: Sent[] = [];
  closedWith: number | null = null;
  readonly #handlers: TransportHandlers;
  readonly #heard: (frame: Sent, link: FakeLink) => void;

  constructor(handlers: TransportHandlers, heard: (frame: Sent, link: FakeLink) => void) {
    this.#handlers = handlers;
    this.#heard = heard;
  }

  opened(): void {
    this.#handlers.opened();
  }

  send(text: string): void {
    const frame = JSON.parse(text) as Sent;
    this.sent.push(frame);
    queueMicrotask(() => this.#heard(frame, this));
  }

  close(code: number): void {
    this.closedWith ??= code;
  }

  /** From the server. */
  deliver(frame: ServerFrame | object): void {
    this.#handlers.message(JSON.stringify(frame));
  }

  raw(text: string): void {
    this.#handlers.message(text);
  }

  hangUp(code: number, reason = ""): void {
    this.#handlers.closed(code, reason);
  }

  ops(op: string): Sent[] {
    return this.sent.filter((frame) => frame.op === op);
  }

  frames(t: string): Sent[] {
    return this.sent.filter((frame) => frame.t === t);
  }
}

export type Answer =
  | { ok: unknown }
  | { error: Partial<WireError> & { code: WireError["code"] } }
  | "silence";
type Handler = (input: Record<string, unknown>, link: FakeLink) => Answer;

export interface FakeRoom {
  lines: (Entry | null)[];
  kind: "direct" | "group";
  read: number;
  unread: number;
  mentions: number;
  role: string | null;
}

/** Answers like a server whose state the test writes by hand. */
export class FakeServer {
  readonly links: FakeLink[] = [];
  readonly posts: { path: string; body: Record<string, unknown> }[] = [];
  readonly rooms = new Map<string, FakeRoom>();
  readonly handlers = new Map<string, Handler>();
  /** Answers to HTTP posts, by path. */
  readonly http = new Map<
    string,
    (body: Record<string, unknown>) => { status: number; body: unknown } | "offline"
  >();
  version = 1;
  pingMs = 25_000;
  inFlightMax = 128;
  resumeRoomsMax = 1_000;
  accessMs = 600_000;
  now: () => number;
  /** False: connections open, and hear nothing. */
  welcomes = true;
  /** False: a resume is never answered. */
  resumes = true;
  tokens = 0;

  constructor(clock: { now(): number }) {
    this.now = () => clock.now();
    const tokens = () => ({ status: 200, body: this.#tokens() });
    this.http.set("register", tokens);
    this.http.set("login", tokens);
    this.http.set("refresh", tokens);
    this.handlers.set("account.sync", ({ since }) => ({ ok: this.account(Number(since)) }));
    this.handlers.set("room.summaries", ({ rooms }) => ({
      ok: { rooms: (rooms as string[]).filter((id) => this.rooms.has(id)).map((id) => this.summary(id)) },
    }));
    this.handlers.set("room.history", (input) => this.history(input));
    this.handlers.set("room.read", ({ room, seq }) => ({
      ok: { room, delivered: seq, read: seq, unread: 0, mentions: 0, seq: this.head(String(room)) },
    }));
    this.handlers.set("room.receipts", () => ({ ok: { marks: [] } }));
  }

  get transport(): Transport {
    return {
      open: (handlers) => {
        const link = new FakeLink(handlers, (frame, from) => this.#heard(frame, from));
        this.links.push(link);
        queueMicrotask(() => link.opened());
        return link;
      },
    };
  }

  get fetch(): Fetch {
    return async (url, init) => {
      const path = url.split("/v1/")[1] ?? "";
      const body = JSON.parse(String(init.body)) as Record<string, unknown>;
      this.posts.push({ path, body });
      const answer = this.http.get(path)?.(body) ?? { status: 404, body: null };
      if (answer === "offline") throw new TypeError("no network");
      return new Response(JSON.stringify(answer.body), { status: answer.status });
    };
  }

  /** The newest connection. */
  get link(): FakeLink {
    const link = this.links.at(-1);
    if (!link) throw new Error("nobody has connected");
    return link;
  }

  room(id: string, lines: (Entry | null)[] = []): FakeRoom {
    const room: FakeRoom = { lines, kind: "group", read: 0, unread: 0, mentions: 0, role: "member" };
    this.rooms.set(id, room);
    return room;
  }

  head(id: string): number {
    return this.rooms.get(id)?.lines.length ?? 0;
  }

  /** Adds a line and sends it live. */
  push(id: string, ...entries: Entry[]): void {
    const room = this.rooms.get(id) ?? this.room(id);
    const from = room.lines.length + 1;
    for (const entry of entries) room.lines[seqOf(entry) - 1] = entry;
    this.link.deliver({ t: "events", room: id, epoch, from, events: entries });
  }

  on(op: string, handler: Handler): void {
    this.handlers.set(op, handler);
  }

  summary(id: string): object {
    const { lines, kind, read, unread, mentions, role } = this.rooms.get(id) ?? this.room(id);
    return {
      ...{ room: id, epoch, kind, name: `Room ${id}`, about: "", history: "everyone", join: "closed" },
      ...{
        members: 2,
        head: lines.length,
        at: start + lines.length,
        role,
        read,
        delivered: read,
        unread,
        mentions,
        seq: lines.length,
        peer: null,
        last: null,
      },
    };
  }

  history({ room, before, after, limit }: Record<string, unknown>): Answer {
    const lines = this.rooms.get(String(room))?.lines;
    if (!lines) return { error: { code: "not-found" } };
    const size = Number(limit);
    const to =
      after === undefined
        ? Math.min(lines.length, Number(before ?? lines.length + 1) - 1)
        : Math.min(lines.length, Number(after) + size);
    const from = after === undefined ? Math.max(1, to - size + 1) : Number(after) + 1;
    const entries = lines.slice(from - 1, to).map((line, i) => line ?? { void: [from + i, from + i] });
    return { ok: { room, epoch, head: lines.length, from, to, entries, fields: [] } };
  }

  #tokens(): object {
    this.tokens++;
    return {
      user: "me",
      session: "S",
      access: `access-${this.tokens}`,
      accessExpiresAt: this.now() + this.accessMs,
      refresh: `refresh-${this.tokens}`,
    };
  }

  /** What `account.sync` answers. */
  account(since: number): object {
    const profile = { key: "profile", version: 1, value: { name: "me", display: "Me", about: "" } };
    const rooms = [...this.rooms].map(([id, { role }]) => ({
      key: `room:${id}`,
      version: this.version,
      value: { role, from: 1, to: null, banned: false, seq: 1 },
    }));
    const items = [profile, ...rooms].filter(({ version }) => version > since);
    return { version: this.version, items, more: false };
  }

  #heard(frame: Sent, link: FakeLink): void {
    if (frame.t === "hello" && this.welcomes) link.deliver(this.#welcome());
    if (frame.t === "renew") link.deliver({ t: "renewed", expiresAt: this.now() + this.accessMs });
    if (frame.t === "resume" && this.resumes) this.#resume(frame, link);
    if (frame.op === undefined || frame.id === undefined) return;
    const handler = this.handlers.get(frame.op);
    const answer = handler ? handler(frame.in ?? {}, link) : { error: { code: "not-found" as const } };
    if (answer === "silence") return;
    if ("ok" in answer) link.deliver({ re: frame.id, ok: answer.ok });
    else
      link.deliver({
        re: frame.id,
        error: { message: answer.error.code, retryable: false, ...answer.error },
      });
  }

  #welcome(): object {
    return {
      ...{ t: "welcome", session: "S", user: "me", connection: "C", now: this.now(), pingMs: this.pingMs },
      version: this.version,
      limits: {
        frameBytesMax: 131_072,
        textBytesMax: 16_384,
        inFlightMax: this.inFlightMax,
        resumeRoomsMax: this.resumeRoomsMax,
      },
    };
  }

  #resume(frame: Sent, link: FakeLink): void {
    const { n, rooms = {} } = frame;
    const live: Record<string, [string, number]> = {};
    for (const [id, cursor] of Object.entries(rooms)) {
      const lines = this.rooms.get(id)?.lines ?? [];
      const from = (cursor?.[1] ?? 0) + 1;
      const events = lines.slice(from - 1).map((line, i) => line ?? { void: [from + i, from + i] });
      if (events.length > 0) link.deliver({ t: "events", room: id, epoch, from, events });
      live[id] = [epoch, lines.length];
    }
    link.deliver({ t: "live", n, rooms: live, refused: {} });
  }
}
