/** One node, wired by hand from its ports: what main.ts runs on SQLite, and the simulator on memory. */

import { limits } from "../actors/limits.ts";
import type { Bus, Log, Store } from "../actors/ports.ts";
import type { RoomCommand, RoomReply } from "../actors/room/commands.ts";
import { sourcedRoom } from "../actors/room/room.ts";
import { eventSourced } from "../actors/runtime/event-sourced.ts";
import type { Platform } from "../actors/runtime/platform.ts";
import type { Probe } from "../actors/runtime/probe.ts";
import { createSystem, type System } from "../actors/runtime/system.ts";
import type { Auth } from "./auth/auth.ts";
import type { Members } from "./cluster/members.ts";
import { Pulse, probesOf } from "./cluster/pulse.ts";
import { Router } from "./cluster/router.ts";
import { Feeds } from "./gateway/feeds.ts";
import { Gateway, type GatewayProbe } from "./gateway/gateway.ts";
import { catalogue } from "./operations/catalogue.ts";
import { createDispatcher, type Dispatch, type DispatchWatch } from "./operations/dispatch.ts";
import type { Rates } from "./operations/rate.ts";
import type { Services } from "./operations/services.ts";
import type { Why } from "./readers/dead-letters.ts";
import { type HistoryReader, startHistory } from "./readers/history.ts";
import { startTrimming } from "./readers/trim.ts";
import { RoomEdge, type RoomPort } from "./rooms/edge.ts";
import { ReceiptDesk } from "./rooms/receipts.ts";
import { Summaries } from "./rooms/summaries.ts";
import { Presence } from "./users/presence.ts";
import { Users } from "./users/users.ts";

export interface NodeParts {
  platform: Platform;
  log: Log;
  store: Store;
  bus: Bus;
  auth: Auth;
  rates: Rates;
  probe?: Probe;
  gatewayProbe?: GatewayProbe;
  watch?: DispatchWatch;
  /** Told how each durable command ended, and after how many seconds. */
  sent?: (result: string, seconds: number) => void;
  /** Told how long each bulk write of receipts took. */
  flushed?: (seconds: number) => void;
  onFailure: (where: string, error: unknown) => void;
  /** Told of each record that history can't apply. */
  refused?: (why: Why) => void;
  /** The other nodes, not joined yet. Default: there are none. */
  members?: Members;
  /** For the simulator: how commands travel from this node's edges to the actors that decide. Default: its own actors decide. */
  route?: (own: RoomPort) => RoomPort;
  /** For the simulator: tiny caches, early snapshots, slow mailboxes, short lives. Default: the limits. */
  cidsMax?: number;
  snapshotEvery?: number;
  roomMailboxMax?: number;
  roomIdleMs?: number;
}

export interface Node extends AsyncDisposable {
  system: System;
  services: Services;
  dispatch: Dispatch;
  gateway: Gateway;
  feeds: Feeds;
  history: HistoryReader;
  /** Who is there and what passes between them, for metrics; null: there are no others. */
  members: Members | null;
  router: Router | null;
  /** Becomes one of the nodes: others may ask this one from here on. */
  join(): Promise<void>;
  /** Others decide from here on. Resolves when what was taken is decided. Sockets are drained after that. */
  leave(): Promise<void>;
  /** null: ready. Else one word for why not. */
  notReady(): string | null;
  /** The connection to log or bus was broken: what was said meanwhile is asked for. */
  reconnected(): void;
}

export function startNode(parts: NodeParts): Node {
  const { platform, log, store, bus, auth, members, onFailure } = parts;
  const failing = (where: string) => (error: unknown) => onFailure(where, error);
  const sources = { log, store, bus, platform };
  const system = createSystem({ platform, ...(parts.probe === undefined ? {} : { probe: parts.probe }) });
  const roomKind = system.define<RoomCommand, RoomReply>({
    kind: "room",
    capacity: parts.roomMailboxMax ?? limits.roomMailboxMax,
    idleMs: parts.roomIdleMs ?? limits.idleMs,
    batchMax: limits.turnCommandsMax,
    residentMax: limits.roomsResidentMax,
    create: eventSourced(
      sourcedRoom({
        log,
        store,
        onSnapshotFailure: failing("snapshot"),
        ...(parts.cidsMax === undefined ? {} : { cidsMax: parts.cidsMax }),
        ...(parts.snapshotEvery === undefined ? {} : { snapshotEvery: parts.snapshotEvery }),
      }),
    ),
  });
  const own: RoomPort = {
    ask: (room, command, timeoutMs) => system.ref(roomKind, room).ask(command, { timeoutMs }),
  };
  const router =
    members === undefined
      ? null
      : new Router({
          ...{ members, bus, platform },
          own: members.roles.includes("actors") ? own : null,
          warm(rooms) {
            for (const room of rooms) roomKind.warm(room);
          },
          loaded: () => roomKind.ids(),
          onFailure: failing("router"),
        });
  const rooms = new RoomEdge({
    ...sources,
    hurry: (stream) => history.hurry(stream),
    rooms: router ?? parts.route?.(own) ?? own,
    ...(parts.sent === undefined ? {} : { sent: parts.sent }),
  });
  const feeds = new Feeds({
    ...sources,
    delivered: (at) => parts.gatewayProbe?.delivered(Math.max(0, platform.now() - at) / 1_000),
    onFailure: failing("feed"),
  });
  const receipts = new ReceiptDesk({
    ...sources,
    onFailure: failing("receipts"),
    ...(parts.flushed === undefined ? {} : { flushed: parts.flushed }),
  });
  const name = members?.node ?? platform.id();
  const users = new Users({
    ...sources,
    node: name,
    interestSpreads: members !== undefined,
    system,
    onFailure: failing("user"),
    sockets: {
      told: (user, version, entered) => gateway.told(user, version, entered),
      closeSession(user, session) {
        auth.revoked([session]);
        gateway.closeSession(user, session, "revoked");
      },
      frame(user, frame) {
        for (const connection of gateway.connectionsOf(user)) connection.push(frame);
      },
    },
  });
  const presence = new Presence({
    ...{ node: name, bus, store, platform },
    answering: () => members?.with("gateway").length ?? null,
    stateOf: (user) => users.stateOf(user),
    onFailure: failing("presence"),
    push: (connection, frame) => gateway.connection(connection)?.send(frame),
  });
  const services: Services = {
    ...sources,
    auth,
    rooms,
    summaries: new Summaries({ ...sources, rooms }),
    receipts,
    presence,
    live: {
      seqOf: (connection, room) => gateway.connection(connection)?.feedOf(room)?.seq ?? null,
      enter(connection, room) {
        const open = gateway.connection(connection);
        if (open !== undefined) gateway.enter(open, [room]);
      },
      types: (connection, room) => gateway.connection(connection)?.types(room, platform.monotonic()) ?? true,
      away: (user, connection, away) => users.away(user, connection, away),
    },
  };
  const dispatch = createDispatcher(services, catalogue, parts.rates, parts.watch);
  const gateway = new Gateway({
    ...sources,
    feeds,
    access: (room, user) => rooms.access(room, user),
    authenticate: (token) => auth.authenticate(token),
    sessionLives: async (session) => (await store.sessions.byId(session))?.revokedAt === null,
    dispatch,
    rates: parts.rates,
    users: {
      opened: (user, session, connection) => users.opened(user, session, connection),
      closed(user, connection) {
        presence.forget(connection);
        users.closed(user, connection);
      },
    },
    returned: (user, rooms) => receipts.returned(user, rooms),
    onFailure: failing("gateway"),
    ...(parts.gatewayProbe === undefined ? {} : { probe: parts.gatewayProbe }),
  });
  const reads = members?.roles.includes("readers") ?? true;
  const stopTrimming = reads ? startTrimming(sources, failing("trim")) : () => {};
  const history = startHistory({
    ...sources,
    ...(members === undefined ? {} : { members }),
    ...(parts.refused === undefined ? {} : { refused: parts.refused }),
    onFailure: failing("history"),
  });
  const reconnected = () => {
    feeds.compareAll().catch(failing("feed"));
    users.check().catch(failing("user"));
  };
  const probes = probesOf(log);
  const logPulse = new Pulse({
    platform,
    ask: () => log.heads(probes),
    lost: () => gateway.lost().catch(failing("gateway")),
    found() {
      gateway.found();
      reconnected();
    },
  });
  const storePulse = new Pulse({ platform, ask: () => store.projection.checkpoint(0) });
  return {
    system,
    services,
    dispatch,
    gateway,
    feeds,
    history,
    members: members ?? null,
    router,
    reconnected,
    async join() {
      if (members === undefined) return;
      logPulse.start();
      storePulse.start();
      await router?.start();
      await members.join();
    },
    async leave() {
      members?.leave();
      await router?.handOver();
    },
    notReady() {
      if (gateway.draining) return "draining";
      if (members === undefined) return null;
      if (!members.known) return "members";
      if (!logPulse.answers) return "log";
      return storePulse.answers ? null : "store";
    },
    /** In reverse order of start; sockets were drained before. */
    async [Symbol.asyncDispose]() {
      gateway.stop();
      stopTrimming();
      users.stop();
      presence.stop();
      logPulse.stop();
      storePulse.stop();
      await system.stop();
      router?.stop();
      members?.stop();
      await receipts.flush();
      feeds.stop();
      // Others read on where this one ends.
      if (members !== undefined) return await history[Symbol.asyncDispose]();
      // A store that takes nothing must not hold up the end: the checkpoint knows where to go on.
      const late = Promise.withResolvers<void>();
      const cancel = platform.after(limits.drainMs, late.resolve);
      await Promise.race([history.caughtUp(), late.promise]);
      cancel();
      await history[Symbol.asyncDispose]();
    },
  };
}
