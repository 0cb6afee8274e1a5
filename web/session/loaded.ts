import { useEffect, useState } from "react";
import { say } from "./errors.ts";

/** What a sheet shows of the server: fetched when it opens, null until then, or what went wrong. `load` must keep its identity. */
export function useLoaded<Found>(load: () => Promise<Found>) {
  const [found, setFound] = useState<Found | null>(null);
  const [error, setError] = useState<string | null>(null);

  useEffect(() => {
    let current = true;
    load().then(
      (answer) => current && setFound(answer),
      (failure) => current && setError(say(failure)),
    );
    return () => {
      current = false;
    };
  }, [load]);

  return { found, setFound, error, setError };
}
