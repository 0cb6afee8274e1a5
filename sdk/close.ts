/** The close codes that the SDK tells apart. Bare numbers, since the reasons would cost every page 200 bytes. */
import type { CloseName, closeCodes } from "../src/protocol/close.ts";

type Code<Name extends CloseName> = (typeof closeCodes)[Name]["code"];

export const resumeVoid: Code<"resume-void"> = 4002;
export const unauthorized: Code<"unauthorized"> = 4500;
export const revoked: Code<"revoked"> = 4501;
export const banned: Code<"banned"> = 4504;
