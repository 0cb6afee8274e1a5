import { useState } from "react";
import { Empty } from "../parts/empty.tsx";
import { FormError } from "../parts/form-error.tsx";
import { closeRoom } from "../route/route.ts";
import { useSession } from "../session/client.tsx";
import { codeOf, say } from "../session/errors.ts";

/** At the address of a room that one isn't in: an open group can be joined there. */
export function Absent({ room }: { room: string }) {
  const { client } = useSession();
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);

  async function join() {
    setBusy(true);
    setError(null);
    try {
      await client.join(room);
    } catch (failure) {
      const code = codeOf(failure);
      setError(
        code === "not-found" || code === "invalid" ? "There is no open group at this address." : say(failure),
      );
      setBusy(false);
    }
  }

  return (
    <Empty title="This conversation isn’t here">
      <p>It belongs to others. If somebody gave you the address of an open group, you can join it.</p>
      <FormError error={error} />
      <div className="dialog-actions">
        <button type="button" className="button" onClick={closeRoom}>
          Back to the list
        </button>
        <button type="button" className="button button-main" disabled={busy} onClick={() => void join()}>
          Join
        </button>
      </div>
    </Empty>
  );
}
