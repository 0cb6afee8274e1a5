import { useLayoutEffect, useRef, useState } from "react";
import { lowestRole, outranks, rank } from "../../actors/room/permissions.ts";
import type { Member, Room } from "../../sdk/api.ts";
import { Avatar } from "../parts/avatar.tsx";
import { Confirm } from "../parts/confirm.tsx";
import { IconButton } from "../parts/icon-button.tsx";
import { Menu, type MenuItem } from "../parts/menu.tsx";
import { notifyOf } from "../parts/notices.tsx";
import { openRoom } from "../route/route.ts";
import { useSession } from "../session/client.tsx";
import { usePerson } from "../session/people.ts";
import { usePresence } from "../session/presence.ts";

type Role = Member["role"];

interface Question {
  title: string;
  text: string;
  action: string;
  run: () => Promise<unknown>;
}

interface Props {
  room: Room;
  member: Member;
  /** Own role, null for a former member. */
  mine: Role | null;
}

export function MemberRow({ room, member, mine }: Props) {
  const { client, me, people } = useSession();
  const person = usePerson(member.user);
  const presence = usePresence(member.user);
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  const [question, setQuestion] = useState<Question | null>(null);
  const row = useRef<HTMLLIElement>(null);
  const name = people.name(member.user);
  const isMe = member.user === me.id;

  // Who is removed takes their row along. Focus that was in it goes to the list's title.
  useLayoutEffect(() => {
    const here = row.current;
    return () => {
      if (here?.contains(document.activeElement)) here.closest("section")?.querySelector("h3")?.focus();
    };
  }, []);

  const attempt = (work: Promise<unknown>) => void work.catch(notifyOf("Not done"));
  const may = (what: keyof typeof lowestRole) =>
    mine !== null && rank[mine] >= rank[lowestRole[what]] && outranks(mine, member.role);

  /** What can't be taken back is asked for once more. */
  const asking = ({ danger = false, ...next }: Question & { danger?: boolean }): MenuItem => ({
    label: next.action,
    danger,
    run: () => setQuestion(next),
  });
  const roleItems = (["admin", "moderator", "member"] as const)
    .filter((role) => may("role") && role !== member.role && mine !== null && outranks(mine, role))
    .map(
      (role): MenuItem => ({
        label: `Make ${roleWords[role]}`,
        run: () => attempt(room.setRole(member.user, role)),
      }),
    );
  const items: MenuItem[] = [
    {
      label: "Write to them",
      run: () => attempt(client.direct(member.user).then((to) => openRoom(to.id))),
    },
    ...roleItems,
    ...(may("transfer")
      ? [
          asking({
            title: `Make ${name} the owner?`,
            text: "You become an admin. Only they can give it back.",
            action: "Make them the owner",
            run: () => room.transfer(member.user),
          }),
        ]
      : []),
    ...(may("remove")
      ? [
          asking({
            title: `Remove ${name}?`,
            text: "They keep what was written so far, and get nothing that comes after.",
            action: "Remove",
            danger: true,
            run: () => room.kick(member.user),
          }),
        ]
      : []),
    ...(may("ban")
      ? [
          asking({
            title: `Remove and ban ${name}?`,
            text: "They can’t come back, or be added, until the ban is lifted.",
            action: "Remove and ban",
            danger: true,
            run: () => room.ban(member.user),
          }),
        ]
      : []),
  ];

  return (
    <li ref={row} className="member">
      <Avatar id={member.user} name={name} presence={isMe ? "online" : presence?.state} />
      <span className="member-name">
        {name} {isMe && <span className="faint">(you)</span>}
      </span>
      <span className="faint member-sub">
        {person && `@${person.name}`}
        {member.role !== "member" && <span className={`role role-${member.role}`}>{member.role}</span>}
      </span>
      {!isMe && (
        <IconButton
          icon="more"
          label={`Actions for ${name}`}
          aria-haspopup="menu"
          aria-expanded={anchor !== null}
          onClick={(event) => setAnchor(event.currentTarget)}
        />
      )}
      {anchor && <Menu label={name} anchor={anchor} items={items} onClose={() => setAnchor(null)} />}
      {question && (
        <Confirm
          {...question}
          onClose={() => setQuestion(null)}
          onYes={() => {
            setQuestion(null);
            attempt(question.run());
          }}
        />
      )}
    </li>
  );
}

const roleWords = { admin: "an admin", moderator: "a moderator", member: "an ordinary member" } as const;
