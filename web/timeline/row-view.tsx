import type { Message, RoomInfo } from "../../sdk/api.ts";
import { MessageRow } from "../message/message-row.tsx";
import { DayLine } from "./day-line.tsx";
import { NoteRow } from "./note-row.tsx";
import type { Row } from "./rows.ts";
import { StartRow } from "./start-row.tsx";

interface Props {
  row: Row;
  info: RoomInfo;
  original: Message | undefined;
  marked: boolean;
  tabIndex: 0 | -1;
}

export function RowView({ row, info, original, marked, tabIndex }: Props) {
  switch (row.type) {
    case "start":
      return <StartRow room={info} />;
    case "day":
      return <DayLine at={row.at} />;
    case "unread":
      return <p className="unread-line">New messages</p>;
    case "note":
      return <NoteRow note={row.note} />;
    case "message":
      return (
        <MessageRow
          message={row.message}
          original={original}
          head={row.head}
          tail={row.tail}
          named={info.kind === "group"}
          marked={marked}
          tabIndex={tabIndex}
        />
      );
  }
}
