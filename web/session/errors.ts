import { type ErrorCode, errors } from "../../actors/room/errors.ts";

/** What to tell a person. `message` of the server's error is for developers. */
const words: Record<ErrorCode, string> = {
  invalid: "That doesn't fit the rules.",
  unauthorized: "Please sign in again.",
  "bad-credentials": "Name or password is wrong.",
  forbidden: "Your role doesn't allow this.",
  "not-found": "There is no such thing, or not for you.",
  conflict: "Something went wrong on the way. Please try again.",
  closed: "This was refused before. Please try again.",
  unchanged: "It is so already.",
  taken: "This name is taken.",
  banned: "You are banned from this room.",
  gone: "The message was deleted.",
  limit: "A limit is reached.",
  clock: "The clock of this device is wrong.",
  "too-large": "That is too long.",
  "rate-limited": "Too fast. Wait a moment, please.",
  overloaded: "The server is busy. Try again in a moment.",
  unavailable: "The server can't do this now. Try again in a moment.",
  unknown: "No answer yet. It is tried again by itself.",
  internal: "The server made a mistake. Try again in a moment.",
};

export function codeOf(error: unknown): ErrorCode | null {
  const code = error instanceof Error && "code" in error ? error.code : null;
  return typeof code === "string" && code in errors ? (code as ErrorCode) : null;
}

export function say(error: unknown): string {
  const code = codeOf(error);
  return code ? words[code] : "The server can't be reached. Check your connection.";
}

export const sayCode = (code: ErrorCode): string => words[code];
