/**
 * Calls `wake` when the world says that the network may be back: a phone that leaves a tunnel or a
 * laptop that opens must not sit out a backoff of 20 s. Does nothing outside of browsers.
 */
export function onWake(wake: () => void): () => void {
  const { document, addEventListener, removeEventListener } = globalThis as Partial<typeof globalThis>;
  if (!addEventListener || !removeEventListener) return () => {};
  const visible = (): void => {
    if (document?.visibilityState === "visible") wake();
  };
  addEventListener("online", wake);
  addEventListener("pageshow", wake);
  document?.addEventListener?.("visibilitychange", visible);
  return () => {
    removeEventListener("online", wake);
    removeEventListener("pageshow", wake);
    document?.removeEventListener?.("visibilitychange", visible);
  };
}
