import type { Room, RoomInfo } from "../../sdk/api.ts";
import { copy } from "../parts/copy.ts";
import { IconButton } from "../parts/icon-button.tsx";
import { notifyOf } from "../parts/notices.tsx";
import { addressOf } from "../route/route.ts";

interface Props {
  room: Room;
  info: RoomInfo;
  mayHistory: boolean;
  mayJoin: boolean;
}

/** Who may come in, and what newcomers find. */
export function GroupRules({ room, info, mayHistory, mayJoin }: Props) {
  const attempt = (work: Promise<void>) => void work.catch(notifyOf("Not changed"));
  const copyAddress = () =>
    void copy(new URL(addressOf(room.id), location.href).href, "The address is copied.");

  return (
    <section className="details-section rules">
      <h3>Rules</h3>
      <Choice
        title="New members see"
        options={{ everyone: "What was before", joined: "What comes after" }}
        value={info.history}
        mayChange={mayHistory}
        choose={(history) => attempt(room.setHistory(history))}
      />
      {mayHistory && <p className="faint rule-hint">Holds for what is written from the change on.</p>}
      <Choice
        title="Joining"
        options={{ closed: "Added by members", open: "Open to all" }}
        value={info.join}
        mayChange={mayJoin}
        choose={(join) => attempt(room.setJoin(join))}
      />
      {info.join === "open" && (
        <p className="faint rule-hint">
          Whoever has the address may join.
          <IconButton icon="link" size={18} label="Copy the address" onClick={copyAddress} />
        </p>
      )}
    </section>
  );
}

interface ChoiceProps<Value extends string> {
  title: string;
  options: Record<Value, string>;
  value: Value;
  mayChange: boolean;
  choose: (value: Value) => void;
}

function Choice<Value extends string>({ title, options, value, mayChange, choose }: ChoiceProps<Value>) {
  if (!mayChange) {
    return (
      <p className="rule">
        <span className="faint">{title}</span> {options[value]}
      </p>
    );
  }
  return (
    <fieldset className="rule">
      <legend className="faint">{title}</legend>
      <div className="segments">
        {(Object.keys(options) as Value[]).map((option) => (
          <button
            key={option}
            type="button"
            aria-pressed={option === value}
            onClick={() => option !== value && choose(option)}
          >
            {options[option]}
          </button>
        ))}
      </div>
    </fieldset>
  );
}
