import { useEffect, useState } from "react";
import { useSession } from "./session/client.tsx";
import { useNextTry, useTrouble } from "./session/connection.ts";

/** Over the panes: that the connection is gone, when it is tried again, and a way not to wait for that. */
export function Trouble() {
  const { client } = useSession();
  const trouble = useTrouble();
  return (
    <div role="status">
      {trouble && (
        <p className="trouble">
          {trouble}
          <button type="button" className="link" onClick={() => void client.connect()}>
            Try now
          </button>
          <Countdown />
        </p>
      )}
    </div>
  );
}

/** For eyes only: a screen reader would say each second. */
function Countdown() {
  const seconds = useSecondsTo(useNextTry());
  return (
    <span className="try-seconds" aria-hidden="true">
      {seconds !== null && `in ${seconds} s`}
    </span>
  );
}

function useSecondsTo(at: number | null): number | null {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (at === null) return;
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, [at]);
  return at === null ? null : Math.max(0, Math.ceil((at - now) / 1_000));
}
