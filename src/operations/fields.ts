/** Schemas of what operations share. A message given here is shown to clients: literal, never with input. */
import * as v from "valibot";
import { limits } from "../../actors/limits.ts";
import { cidShape } from "../../actors/room/cid.ts";
import { roles } from "../../actors/room/model.ts";

const idShape = /^[1-9A-HJ-NP-Za-km-z]{22}$/;
const loginShape = /^[a-z0-9._-]+$/;
/** Control characters, and the ones that turn the direction of other people's text. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
const controls = /[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/;

/** An id minted by the server: 128 bit, base58. */
export const id = v.pipe(v.string(), v.regex(idShape, "not an id"));

/** UUIDv7 in lower case: names one durable command for ever. */
export const cid = v.pipe(v.string(), v.regex(cidShape, "not a UUIDv7 in lower case"));

/** Canonical form of a login name: NFKC, lower case. */
export const loginName = v.pipe(
  v.string(),
  v.normalize("NFKC"),
  v.toLowerCase(),
  v.trim(),
  v.minLength(limits.loginCharsMin),
  v.maxLength(limits.loginCharsMax),
  v.regex(loginShape, "only letters a-z, digits, dots, underscores and hyphens"),
);

export const display = v.pipe(line(limits.nameCharsMax), v.minLength(1));
export const label = line(limits.nameCharsMax);

/** Several lines are fine here. */
export const about = v.pipe(v.string(), v.trim(), v.maxLength(limits.aboutCharsMax));

/** A new password: length is all that counts (NIST SP 800-63B). */
export const newPassword = v.pipe(
  v.string(),
  v.minLength(limits.passwordCharsMin),
  v.maxLength(limits.passwordCharsMax),
);

/** A password to be proved: whatever was once allowed, and no more than Argon2 should work on. */
export const password = v.pipe(v.string(), v.maxLength(limits.passwordCharsMax));

/** Random id that a client keeps per device. */
export const device = v.pipe(v.string(), v.minLength(1), v.maxLength(limits.deviceCharsMax));

/** A place in a room. */
export const seq = v.pipe(v.number(), v.safeInteger(), v.minValue(1));

/** What a message says: Unicode, whole characters only. */
export const text = v.pipe(bounded(limits.textBytesMax), v.minLength(1));
export const reactionKey = v.pipe(bounded(limits.reactionBytesMax), v.minLength(1));
export const roomName = v.pipe(line(limits.nameCharsMax), v.minLength(1));
export const role = v.picklist(roles);
export const history = v.picklist(["everyone", "joined"]);
export const join = v.picklist(["open", "closed"]);

export const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

/** What others may know of an account. */
export const profile = v.object({ id: v.string(), name: v.string(), display: v.string(), about: v.string() });

export const tokens = v.object({
  user: v.string(),
  session: v.string(),
  access: v.string(),
  accessExpiresAt: v.number(),
  refresh: v.string(),
});

/** The answer of operations that have nothing to say. */
export const nothing = v.object({});

function line(charsMax: number) {
  return v.pipe(
    v.string(),
    v.trim(),
    v.maxLength(charsMax),
    v.check((text) => !controls.test(text), "no control characters"),
  );
}

function bounded(bytesMax: number) {
  return v.pipe(
    v.string(),
    v.maxBytes(bytesMax),
    v.check((value) => value.isWellFormed(), "not well-formed Unicode"),
  );
}
