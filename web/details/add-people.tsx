import { useState } from "react";
import type { Member, Profile, Room } from "../../sdk/api.ts";
import { Dialog } from "../parts/dialog.tsx";
import { FormError } from "../parts/form-error.tsx";
import { PeopleField } from "../rooms/people-field.tsx";
import { codeOf, say } from "../session/errors.ts";

interface Props {
  room: Room;
  members: readonly Member[];
  onClose: () => void;
}

export function AddPeople({ room, members, onClose }: Props) {
  const [chosen, setChosen] = useState<readonly Profile[]>([]);
  const [error, setError] = useState<string | null>(null);
  const present = new Set(members.map((member) => member.user));

  async function add() {
    try {
      await room.add(chosen.map((person) => person.id));
      onClose();
    } catch (failure) {
      setError(
        codeOf(failure) === "banned" ? "Somebody on the list is banned from this group." : say(failure),
      );
    }
  }

  return (
    <Dialog title="Add people" onClose={onClose}>
      <PeopleField
        chosen={chosen}
        onChange={setChosen}
        refuse={(person) => (present.has(person.id) ? "is in this group already" : null)}
      />
      <FormError error={error} />
      <div className="dialog-actions">
        <button type="button" className="button" onClick={onClose}>
          Cancel
        </button>
        <button
          type="button"
          className="button button-main"
          disabled={chosen.length === 0}
          onClick={() => void add()}
        >
          Add
        </button>
      </div>
    </Dialog>
  );
}
