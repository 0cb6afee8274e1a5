/**
 * Every way in which the server says no: one closed union. `retryable` is the instruction to the
 * client: true means that the same request (same cid, `again`) may succeed later.
 */
export const errors = {
  invalid: { retryable: false, status: 422, says: "the input breaks a rule" },
  unauthorized: { retryable: false, status: 401, says: "sign in first" },
  "bad-credentials": { retryable: false, status: 401, says: "name or password is wrong" },
  forbidden: { retryable: false, status: 403, says: "your role doesn't allow this" },
  "not-found": { retryable: false, status: 404, says: "there is no such thing for you" },
  conflict: { retryable: false, status: 409, says: "this cid was used with another body" },
  closed: { retryable: false, status: 409, says: "this cid was refused for good; use a new one" },
  unchanged: { retryable: false, status: 409, says: "it is so already; nothing was done" },
  taken: { retryable: false, status: 409, says: "the name is taken" },
  banned: { retryable: false, status: 403, says: "you are banned from this room" },
  gone: { retryable: false, status: 410, says: "the message was deleted" },
  limit: { retryable: false, status: 409, says: "a cap is reached" },
  clock: { retryable: false, status: 409, says: "the cid's time is too far ahead; see now" },
  "too-large": { retryable: false, status: 413, says: "the request is too large" },
  "rate-limited": { retryable: true, status: 429, says: "too fast; see retryAfterMs" },
  overloaded: { retryable: true, status: 503, says: "the mailbox is full; see retryAfterMs" },
  unavailable: { retryable: true, status: 503, says: "not possible now; nothing was done" },
  unknown: { retryable: true, status: 504, says: "nobody knows yet; send the same cid again" },
  internal: { retryable: true, status: 500, says: "a fault on our side; it is logged" },
} as const satisfies Record<string, { retryable: boolean; status: number; says: string }>;

export type ErrorCode = keyof typeof errors;
