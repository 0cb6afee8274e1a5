/** Why a connection ended. The range is the instruction: 4000–4499 come back, 4500–4999 stop. */
export const closeCodes = {
  shutdown: { code: 4000, reason: "node is draining" },
  slow: { code: 4001, reason: "client reads too slowly" },
  "resume-void": { code: 4002, reason: "cursor lies above the head" },
  overloaded: { code: 4003, reason: "too many connections" },
  unauthorized: { code: 4500, reason: "token refused or expired" },
  revoked: { code: 4501, reason: "session was ended" },
  replaced: { code: 4502, reason: "same tab connected again" },
  protocol: { code: 4503, reason: "a frame broke the rules" },
  /** Reserved, so that clients stop at it: accounts can't be suspended yet. */
  banned: { code: 4504, reason: "account is suspended" },
} as const satisfies Record<string, { code: number; reason: string }>;

export type CloseName = keyof typeof closeCodes;
