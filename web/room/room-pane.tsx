import { useEffect, useMemo, useRef, useState } from "react";
import { Composer, type ComposerHandle } from "../composer/composer.tsx";
import { Details } from "../details/details.tsx";
import { useShortcut } from "../keys/use-shortcut.ts";
import { useSession } from "../session/client.tsx";
import { useSettled } from "../session/connection.ts";
import { useFormerInfo } from "../session/former.ts";
import { useRoom, useRoomInfo } from "../session/rooms.ts";
import { Timeline, type TimelineHandle } from "../timeline/timeline.tsx";
import { Absent } from "./absent.tsx";
import { RoomActionsContext } from "./actions.ts";
import { Announcer } from "./announcer.tsx";
import { makeActions } from "./make-actions.ts";
import { type MessageSheet, MessageSheets } from "./message-sheets.tsx";
import { RoomHead } from "./room-head.tsx";
import { TypingLine } from "./typing-line.tsx";

export function RoomPane({ id }: { id: string }) {
  const { client, me } = useSession();
  const room = useRoom(id);
  const listed = useRoomInfo(room);
  const settled = useSettled();
  const former = useFormerInfo(room, listed === null && settled);
  const info = listed ?? former.info;
  const [details, setDetails] = useState(false);
  const [sheet, setSheet] = useState<MessageSheet | null>(null);
  const timeline = useRef<TimelineHandle>(null);
  const composer = useRef<ComposerHandle>(null);
  const role = info?.role ?? null;
  const isGroup = info?.kind === "group";

  const actions = useMemo(
    () =>
      makeActions({
        client,
        room,
        me: me.id,
        role: isGroup ? role : null,
        begin: (mode) => composer.current?.begin(mode),
        jump: (seq) => timeline.current?.jump(seq),
        ask: setSheet,
      }),
    [client, room, me.id, role, isGroup],
  );

  useShortcut("details", () => setDetails((shown) => !shown));
  useShortcut("escape", () => {
    if (details) return setDetails(false);
    timeline.current?.toEnd();
    composer.current?.focus();
  });

  // On a touch screen the keyboard would jump up with it.
  useEffect(() => {
    if (matchMedia("(hover: hover)").matches) composer.current?.focus();
  }, []);

  function editLast() {
    const own = room.timeline
      .snapshot()
      .findLast(
        (row) =>
          row.type === "message" &&
          row.message.by === me.id &&
          row.message.seq !== null &&
          !row.message.deleted,
      );
    if (own?.type === "message") composer.current?.begin({ type: "edit", message: own.message });
  }

  if (!info) {
    return <main className="room">{former.asked && <Absent room={id} />}</main>;
  }
  const isFormer = isGroup && role === null;
  return (
    <RoomActionsContext value={actions}>
      <main className="room">
        <RoomHead info={info} detailsShown={details} onDetails={() => setDetails(!details)} />
        <Timeline key={id} room={room} info={info} ref={timeline} />
        <TypingLine users={info.typing} />
        {isFormer ? (
          <p className="composer-closed">You are no longer a member of this group.</p>
        ) : (
          <Composer
            key={id}
            room={room}
            info={info}
            ref={composer}
            onSent={() => timeline.current?.toEnd()}
            onEditLast={editLast}
          />
        )}
        <Announcer room={id} />
      </main>
      {details && <Details room={room} info={info} onClose={() => setDetails(false)} />}
      {sheet && <MessageSheets room={room} sheet={sheet} onClose={() => setSheet(null)} />}
    </RoomActionsContext>
  );
}
