/**
 * What one node knows of a connected user, and what follows from what it hears. Pure: `hear` changes the state and
 * returns what the shell must do. Presence merges all devices: online if any is, away if all are.
 */
import type { ConnectionId, Millis, SessionId, UserId } from "../ports.ts";

export type PresenceState = "online" | "away" | "offline";

/** A list: mostly one, and a Map of one takes five times as much. */
export type Connections = { readonly connection: ConnectionId; readonly session: SessionId; away: boolean }[];

export interface UserState {
  readonly user: UserId;
  /** Highest account version that this node's connections were told. */
  version: number;
  readonly connections: Connections;
  presence: PresenceState;
}

export type Heard =
  | { t: "opened"; connection: ConnectionId; session: SessionId; version: number }
  | { t: "closed"; connection: ConnectionId }
  | { t: "away"; connection: ConnectionId; away: boolean }
  /** Something of the account changed, somewhere. */
  | { t: "account" }
  /** The account's version as somebody read it. */
  | { t: "version"; version: number }
  /** Sessions that ended. */
  | { t: "revoked"; sessions: readonly SessionId[] };

export type Effect =
  /** Read the items above this version, then `synced`. */
  | { do: "sync"; since: number }
  | { do: "presence"; state: PresenceState }
  /** The last connection went. */
  | { do: "seen" }
  | { do: "close"; sessions: readonly SessionId[] };

export function newUser(user: UserId): UserState {
  return { user, version: 0, connections: [], presence: "offline" };
}

/** What the state hasn't heard of the connections that are there: closings and states of presence. */
export function unheard(state: UserState, connections: Connections): Heard[] {
  const heard: Heard[] = [];
  for (const { connection, away } of state.connections) {
    const now = connections.find((one) => one.connection === connection);
    if (now === undefined) heard.push({ t: "closed", connection });
    else if (now.away !== away) heard.push({ t: "away", connection, away: now.away });
  }
  return heard;
}

export function hear(state: UserState, heard: Heard): Effect[] {
  switch (heard.t) {
    case "opened":
      if (state.connections.length === 0) state.version = heard.version;
      without(state.connections, heard.connection);
      state.connections.push({ connection: heard.connection, session: heard.session, away: false });
      return presence(state);
    case "closed": {
      const had = without(state.connections, heard.connection);
      const changed = presence(state);
      return had && state.connections.length === 0 ? [...changed, { do: "seen" }] : changed;
    }
    case "away": {
      const connection = state.connections.find((one) => one.connection === heard.connection);
      if (connection !== undefined) connection.away = heard.away;
      return presence(state);
    }
    case "account":
      return [{ do: "sync", since: state.version }];
    case "version":
      return heard.version > state.version ? [{ do: "sync", since: state.version }] : [];
    case "revoked":
      return [{ do: "close", sessions: heard.sessions }];
  }
}

/** False when it wasn't there. */
export function without(connections: Connections, connection: ConnectionId): boolean {
  const place = connections.findIndex((one) => one.connection === connection);
  if (place < 0) return false;
  connections.splice(place, 1);
  return true;
}

/** The connections were told everything up to here. Versions only rise. */
export function synced(state: UserState, version: number): void {
  state.version = Math.max(state.version, version);
}

function presence(state: UserState): Effect[] {
  const merged = merge(state.connections.map(({ away }) => (away ? "away" : "online")));
  if (merged === state.presence) return [];
  state.presence = merged;
  return [{ do: "presence", state: merged }];
}

/** Online beats away beats offline: over connections of a node, and over nodes. */
export function merge(states: readonly PresenceState[]): PresenceState {
  if (states.includes("online")) return "online";
  return states.includes("away") ? "away" : "offline";
}

/** Presence as others see it. `lastSeen` is null while the user is there. */
export interface Presence {
  state: PresenceState;
  lastSeen: Millis | null;
}
