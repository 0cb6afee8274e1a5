/** Every bound of the SDK, with its unit and its reason. Single constants, so that bundlers inline them. */
/** A request without a reply for so long has an unknown outcome. The server itself gives up an ask after 10 s. */
export const requestMs = 10_000;

/** From opening a socket to `welcome`. */
export const welcomeMs = 10_000;

/** A resume that isn't done by then is begun anew, from the cursors that it has reached. */
export const catchUpMs = 60_000;

/** Full jitter: wait rand(0, min(cap, base · 2ⁿ)). */
export const retryBaseMs = 500;
export const retryCapMs = 20_000;

/** A connection that lived so long makes the next failure a first one. */
export const steadyMs = 5_000;

/** An access token that lives shorter than this is refreshed before it is used. */
export const tokenMarginMs = 10_000;

/** An out-of-order entry waits so long for what is missing before it. */
export const gapMs = 500;

/** Entries that wait in one room; later ones are dropped, and the next `ping` repairs. */
export const heldMax = 1_000;

/** A gap wider than this becomes a hole that the user may load: the same width as the server's `limited`. */
export const gapMax = 1_000;

/** Entries of a page (server: pageMax). */
export const pageMax = 100;

/** Rows that older() asks for. */
export const olderRows = 50;

/** Lines kept per room; the oldest go first and become loadable again. */
export const linesMax = 20_000;

/** Commands without an answer. Half of it offline for a day is a lot of typing. */
export const outboxMax = 1_000;

/** A room's delivered watermark is told at most so often. */
export const deliveredMs = 500;

/** `room.typing` is sent at most so often, and forgotten after so long. */
export const typingEveryMs = 3_000;
export const typingMs = 5_000;

/** Rooms in one `room.summaries`, users in one `user.many`. */
export const lookupMax = 100;

/** Requests for summaries are gathered for so long. */
export const gatherMs = 100;

/** The list of rooms tells its listeners at most so often: one frame of a display. */
export const paintMs = 16;

/** The server says 1001 when there are more unread than it counts. */
export const unreadMax = 1_001;

/** `room.read` is sent at most so often: scrolling moves the mark with every row. */
export const readMs = 100;
