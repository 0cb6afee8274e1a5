/** Exit code 0 when the server on this machine takes work: the health check of the image. Small, for it runs every ten seconds. */
const port = process.env.PORT ?? "8080";
try {
  const { ok } = await fetch(`http://127.0.0.1:${port}/readyz`, { signal: AbortSignal.timeout(2_000) });
  process.exit(ok ? 0 : 1);
} catch {
  process.exit(1);
}

export {};
