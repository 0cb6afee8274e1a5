import type { RoomEvent } from "../../actors/room/events.ts";

type Words = {
  [K in RoomEvent["kind"]]?: (event: Extract<RoomEvent, { kind: K }>, by: string, user: string) => string;
};

const words: Words = {
  created: (event, by, user) =>
    event.room.kind === "group" ? `${by} made the group “${event.room.name}”${user && ` with ${user}`}` : "",
  joined: (_, by) => `${by} joined`,
  left: (_, by) => `${by} left`,
  added: (_, by, user) => `${by} added ${user}`,
  removed: (_, by, user) => `${by} removed ${user}`,
  banned: (_, by, user) => `${by} banned ${user}`,
  unbanned: (_, by, user) => `${by} lifted the ban on ${user}`,
  role: (event, by, user) => `${by} made ${user} ${withArticle[event.role]}`,
  transferred: (_, by, user) => `${by} made ${user} the owner`,
  renamed: (event, by) => `${by} named the group “${event.name}”`,
  described: (event, by) => (event.about ? `${by} changed the description` : `${by} removed the description`),
  history: (event, by) =>
    event.history === "everyone"
      ? `${by} let new members see what comes from now on`
      : `${by} let new members see only what comes after their joining`,
  access: (event, by) =>
    event.join === "open"
      ? `${by} let everyone join who has the address`
      : `${by} closed the group: members are added`,
};

const withArticle = {
  owner: "the owner",
  admin: "an admin",
  moderator: "a moderator",
  member: "a member",
} as const;

/** A note as a sentence; empty for what is nobody's business, or not known yet. */
export function noteWords(event: Record<string, unknown>, by: string, user: string): string {
  const { kind } = event;
  if (typeof kind !== "string" || !Object.hasOwn(words, kind)) return "";
  // The SDK hands on events as they came; their kind says which of ours it is.
  const say = words[kind as RoomEvent["kind"]] as (event: unknown, by: string, user: string) => string;
  return say(event, by, user);
}

/** Is there anything to say about it? */
export const isSaid = (event: Record<string, unknown>): boolean => noteWords(event, "", "") !== "";

/** Whom it is about, other than its author. */
export function noteSubjects(event: Record<string, unknown>, by: string): string[] {
  if (typeof event.user === "string") return [event.user];
  if (event.kind !== "created") return [];
  const { members } = event as unknown as Extract<RoomEvent, { kind: "created" }>;
  return members.map((member) => member.user).filter((user) => user !== by);
}
