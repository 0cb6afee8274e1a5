/** Whose pages may talk to us. Shared by HTTP and the gateway. */

/**
 * Exact matches only: the page that we served ourselves, or one of STARLING_ORIGINS. No origin at all is no
 * browser, and it brings a bearer token; we use no cookies that a foreign page could ride on.
 * @param host the request's Host header
 */
export function originAllowed(
  origin: string | null,
  host: string | null,
  origins: readonly string[],
): boolean {
  if (origin === null) return true;
  if (origins.includes(origin)) return true;
  return URL.canParse(origin) && host !== null && new URL(origin).host === host.toLowerCase();
}

/** What a page of another origin needs to read our answers; empty when it may not. */
export function corsHeaders(origin: string | null, origins: readonly string[]): Record<string, string> {
  if (origins.length === 0) return {};
  if (origin === null || !origins.includes(origin)) return { vary: "origin" };
  return {
    "access-control-allow-origin": origin,
    "access-control-expose-headers": "retry-after",
    vary: "origin",
  };
}

export const preflightHeaders = {
  "access-control-allow-methods": "GET, POST, PUT, PATCH, DELETE",
  "access-control-allow-headers": "authorization, content-type",
  "access-control-max-age": "3600",
} as const;
