/** One signed-in user on this device: wires the parts, top to bottom. */
import type { RoomId } from "../actors/ports.ts";
import type { Client, ConnectionChange, Profile, Storage } from "./api.ts";
import { parts } from "./chore.ts";
import { createClock, hex } from "./clock.ts";
import { banned, revoked } from "./close.ts";
import { createConnection } from "./connection.ts";
import { createEmitter } from "./emitter.ts";
import { failure, ignore } from "./error.ts";
import type { Host } from "./host.ts";
import { lookupMax } from "./limits.ts";
import { createOutbox } from "./outbox.ts";
import { type ClientPlatform, realPlatform } from "./platform.ts";
import { createPresence } from "./presence.ts";
import type { ChatRoom } from "./room.ts";
import { createRoomList } from "./room-list.ts";
import { createSession, type Fetch } from "./session.ts";
import { memoryStorage } from "./storage.ts";
import { createSync } from "./sync.ts";
import type { Transport } from "./transport.ts";
import { webSocket } from "./web-socket.ts";

export interface ClientOptions {
  /** Where the server is, e.g. "https://chat.example.com". */
  url: string;
  /** Where tokens and the outbox live between starts. Default: memory, which forgets. */
  storage?: Storage;
  /** Default: a WebSocket to `url`. */
  transport?: Transport;
  /** Time and chance. Default: the real ones. */
  platform?: ClientPlatform;
  /** For register, login and refresh. Default: the global one. */
  fetch?: Fetch;
  /** What the user sees in the list of sessions. Default: "Starling SDK". */
  label?: string;
  /** A new connection with the same tab replaces the old one. Default: a random one per client. */
  tab?: string;
}

export function createClient(options: ClientOptions): Client {
  const {
    url,
    platform = realPlatform,
    storage = memoryStorage(),
    transport = webSocket(url),
    label = "Starling SDK",
    tab = hex(platform.bytes(8)),
  } = options;
  const clock = createClock(platform);
  const emitter = createEmitter(platform);
  const session = createSession({
    url: url.replace(/\/$/, ""),
    platform,
    storage,
    clock,
    fetch: options.fetch ?? ((to, how) => fetch(to, how)),
  });
  const connection = createConnection({
    platform,
    transport,
    tab,
    session,
    changed,
    received: (frame) => sync.received(frame),
    stopped,
    seen: (frame) => emitter.emit("frame", frame),
  });
  const { call: request, tell } = connection.requests;
  const call = request as Client["call"];
  const shared: Omit<Host, "outbox"> = {
    platform,
    storage,
    clock,
    emitter,
    request,
    tell,
    me: () => session.user ?? "",
    online: () => connection.state === "online",
    changed: () => rooms.changed(),
    refresh: (room) => sync.summaries.want(room),
  };
  const outbox = createOutbox({
    ...shared,
    passed: (room, seq) => seq <= (rooms.get(room)?.log.last ?? 0),
    commandChanged: (command) => {
      if (command.room !== null) rooms.open(command.room).commandChanged(command);
    },
  });
  const host: Host = { ...shared, outbox };
  const presence = createPresence(host);
  const rooms = createRoomList(host);
  const sync = createSync(host, rooms, connection, presence);
  /** connect() was called, and close() wasn't since. */
  let wanted = false;
  let loginName = "";

  function changed(change: ConnectionChange): void {
    if (change.state !== "online") sync.offline(change.code);
    emitter.emit("connection", change);
  }

  function stopped(code: number, reason: string): void {
    if (code === revoked || code === banned) session.end().catch(ignore);
    // The memory is cleared at the next sign-in; until then the user may still read.
    if (session.user === null) emitter.emit("signedOut", { code, reason });
  }

  async function close(): Promise<void> {
    wanted = false;
    connection.close();
    outbox.stop();
    // Puts are done in order: what was on its way is kept now, and the process may end.
    await storage.put({}).catch(ignore);
  }

  /** Nothing of a former user stays in memory. */
  async function reset(): Promise<void> {
    await close();
    sync.account.clear();
    rooms.clear();
    presence.watch([]);
  }

  async function begin(path: "register" | "login", input: { name: string }): Promise<void> {
    const before = session.user;
    await session.begin(path, { label, ...input });
    loginName = input.name;
    if (session.user !== before) await reset();
  }

  /** The room, with what the server says of it: for the eye, so a failure is made good later. */
  async function summarised(id: RoomId): Promise<ChatRoom> {
    const { room } = rooms.open(id);
    await sync.summaries.fetch([id]).catch(() => host.refresh(id));
    return room;
  }

  return {
    register: (input) => begin("register", input),
    login: (input) => begin("login", input),

    async logout() {
      // Signing out must work offline too; the session then ends by its age, or from another device.
      if (host.online()) await call("session.logout", {}).catch(ignore);
      await reset();
      await session.forget();
    },

    get me(): Profile | null {
      if (session.user === null) return null;
      const { name, display, about } = sync.account.profile ?? { name: loginName, display: "", about: "" };
      return { id: session.user, name, display: display || name, about };
    },

    get connection() {
      return connection.state;
    },

    async connect() {
      wanted = true;
      await session.restore();
      await outbox.restore();
      // close() may have come in between.
      if (wanted) connection.open();
    },

    async ready(timeoutMs = 30_000) {
      if (host.online()) return;
      let ends: (() => void)[] = [];
      await new Promise<void>((resolve, reject) => {
        const off = emitter.on("connection", ({ state }) => {
          if (state === "online") resolve();
          if (state === "closed") reject(failure("unavailable", state));
        });
        ends = [off, platform.after(timeoutMs, () => reject(failure("unavailable", "timeout", true)))];
      }).finally(() => {
        for (const end of ends) end();
      });
    },

    close,
    [Symbol.asyncDispose]: close,
    on: emitter.on,
    rooms: rooms.store,
    room: (id) => rooms.open(id).room,

    async direct(user) {
      const { room, exists } = await call("room.direct", { user });
      rooms.open(room).direct(user, exists);
      return summarised(room);
    },

    async createGroup(input) {
      return summarised((await outbox.add("room.create", null, { ...input })).room);
    },

    async join(id) {
      await rooms.open(id).room.join();
      return summarised(id);
    },

    async findUser(name) {
      return (await call("user.find", { name })).user;
    },

    async users(ids) {
      const pages = await Promise.all(parts(ids, lookupMax).map((users) => call("user.many", { users })));
      return pages.flatMap(({ users }) => users);
    },

    async setProfile(profile) {
      await call("account.profile", profile);
    },

    watch: presence.watch,
    presenceOf: presence.of,
    setAway: presence.setAway,
    outbox,

    async sessions() {
      return (await call("session.list", {})).sessions;
    },

    async revoke(session) {
      await call("session.revoke", { session });
    },

    call,
  };
}
