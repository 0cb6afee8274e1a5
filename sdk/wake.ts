/**
 * Calls `wake` when the world says that the network may be back: a phone that leaves a tunnel or a
 * laptop that opens must not sit out a backoff of 20 s. Does nothing outside of browsers.
 */
export function onWake(wake: () => void): () => void {
  const { addEventListener: add, removeEventListener: remove } = globalThis as Partial<typeof globalThis>;
  for (const event of events) add?.(event, wake);
  return () => {
    for (const event of events) remove?.(event, wake);
  };
}

/** The third bubbles up from the document, when the page is hidden too: a try more does no harm. */
const events = ["online", "pageshow", "visibilitychange"];
