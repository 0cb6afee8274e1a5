/** Short-lived bearer tokens: JWT by the rules of RFC 8725 and RFC 9068. Everything that can be pinned is. */
import { errors, jwtVerify, SignJWT } from "jose";
import { limits } from "../../actors/limits.ts";
import type { Millis, SessionId, UserId } from "../../actors/ports.ts";
import type { Platform } from "../../actors/runtime/platform.ts";
import type { Caller } from "../operations/operation.ts";
import type { SigningKeys } from "./signing-keys.ts";

const issuer = "starling";
const audience = "starling";
const algorithm = "EdDSA";
const type = "at+jwt";

export interface AccessTokens {
  sign(user: UserId, session: SessionId): Promise<{ access: string; accessExpiresAt: Millis }>;
  verify(token: string): Promise<Caller | "expired" | "invalid">;
}

export function createAccessTokens(keys: SigningKeys, platform: Platform): AccessTokens {
  return {
    async sign(user, session) {
      const { kid, sign } = await keys.current();
      const now = Math.floor(platform.now() / 1000);
      const expires = now + limits.accessMs / 1000;
      const access = await new SignJWT({ sid: session })
        .setProtectedHeader({ alg: algorithm, typ: type, kid })
        .setIssuer(issuer)
        .setAudience(audience)
        .setSubject(user)
        .setIssuedAt(now)
        .setExpirationTime(expires)
        .sign(sign);
      return { access, accessExpiresAt: expires * 1000 };
    },

    async verify(token) {
      if (token.length > limits.accessTokenCharsMax) return "invalid";
      try {
        const { payload } = await jwtVerify(
          token,
          async ({ kid }) => {
            const key = kid === undefined ? null : await keys.find(kid);
            if (!key) throw new errors.JWKSNoMatchingKey();
            return key.verify;
          },
          {
            algorithms: [algorithm],
            typ: type,
            issuer,
            audience,
            requiredClaims: ["sub", "sid", "exp"],
            currentDate: new Date(platform.now()),
          },
        );
        const { sub, sid, exp } = payload;
        if (sub === undefined || typeof sid !== "string" || exp === undefined) return "invalid";
        return { user: sub, session: sid, expiresAt: exp * 1000 };
      } catch (error) {
        if (error instanceof errors.JWTExpired) return "expired";
        if (error instanceof errors.JOSEError) return "invalid";
        throw error;
      }
    },
  };
}
