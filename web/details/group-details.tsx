import { useState } from "react";
import { limits } from "../../actors/limits.ts";
import { lowestRole, rank } from "../../actors/room/permissions.ts";
import type { Room, RoomInfo } from "../../sdk/api.ts";
import { Avatar } from "../parts/avatar.tsx";
import { Confirm } from "../parts/confirm.tsx";
import { Icon } from "../parts/icon.tsx";
import { notifyOf } from "../parts/notices.tsx";
import { useMembers } from "../session/members.ts";
import { useWatching } from "../session/watching.ts";
import { AddPeople } from "./add-people.tsx";
import { Banned } from "./banned.tsx";
import { EditableText } from "./editable-text.tsx";
import { GroupRules } from "./group-rules.tsx";
import { MemberRow } from "./member-row.tsx";

/** Of a large group only the first are looked at. */
const watchedMax = 100;

export function GroupDetails({ room, info }: { room: Room; info: RoomInfo }) {
  const members = useMembers(room, true);
  const [adding, setAdding] = useState(false);
  const [leaving, setLeaving] = useState(false);
  const may = (what: keyof typeof lowestRole) =>
    info.role !== null && rank[info.role] >= rank[lowestRole[what]];
  useWatching(members.slice(0, watchedMax).map((member) => member.user));
  const sorted = [...members].sort((a, b) => rank[b.role] - rank[a.role]);

  function leave() {
    setLeaving(false);
    room.leave().catch(notifyOf("You are still in"));
  }

  return (
    <>
      <div className="details-card">
        <Avatar id={info.id} name={info.name} kind="group" size="large" />
        <EditableText
          as="h3"
          label="Name"
          value={info.name}
          charsMax={limits.nameCharsMax}
          required
          mayEdit={may("rename")}
          save={(name) => room.rename(name)}
        />
        <EditableText
          as="p"
          label="Description"
          value={info.about}
          placeholder="Add a description"
          charsMax={limits.aboutCharsMax}
          mayEdit={may("describe")}
          save={(about) => room.describe(about)}
        />
      </div>
      <section className="details-section">
        <h3 tabIndex={-1}>
          Members <span className="faint">{info.members}</span>
        </h3>
        {may("add") && (
          <button type="button" className="row-button" onClick={() => setAdding(true)}>
            <span className="row-button-icon">
              <Icon name="plus" />
            </span>
            Add people
          </button>
        )}
        <ul className="members">
          {sorted.map((member) => (
            <MemberRow key={member.user} room={room} member={member} mine={info.role} />
          ))}
        </ul>
      </section>
      <GroupRules room={room} info={info} mayHistory={may("history")} mayJoin={may("access")} />
      {may("ban") && <Banned room={room} members={members} />}
      {info.role !== null && (
        <section className="details-section">
          <button type="button" className="row-button danger" onClick={() => setLeaving(true)}>
            <span className="row-button-icon">
              <Icon name="leave" />
            </span>
            Leave the group
          </button>
        </section>
      )}
      {adding && <AddPeople room={room} members={members} onClose={() => setAdding(false)} />}
      {leaving && (
        <Confirm
          title="Leave this group?"
          text={
            info.role === "owner"
              ? "You are the owner: make somebody else the owner first."
              : "You keep what was written so far (Settings, Groups you were in), and get nothing that comes after."
          }
          action="Leave"
          onClose={() => setLeaving(false)}
          onYes={leave}
        />
      )}
    </>
  );
}
