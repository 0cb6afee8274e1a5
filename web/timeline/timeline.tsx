import { useVirtualizer } from "@tanstack/react-virtual";
import { type Ref, useCallback, useImperativeHandle, useMemo, useRef, useState } from "react";
import type { Message, Room, RoomInfo } from "../../sdk/api.ts";
import { useSession } from "../session/client.tsx";
import { useTimelineRows } from "../session/rooms.ts";
import { dayOf } from "../text/when.ts";
import { EndButton } from "./end-button.tsx";
import { estimate } from "./estimate.ts";
import { RowView } from "./row-view.tsx";
import { arrange } from "./rows.ts";
import { useJump } from "./use-jump.ts";
import { useOlder } from "./use-older.ts";
import { useOpening } from "./use-opening.ts";
import { usePinned } from "./use-pinned.ts";
import { useReading } from "./use-reading.ts";
import { useRowFocus } from "./use-row-focus.ts";
import { useUnreadLine } from "./use-unread-line.ts";

export interface TimelineHandle {
  toEnd(): void;
  jump(seq: number): void;
}

/** So near to the end counts as at the end: new messages are followed, and what is there is read. */
const endPx = 80;

export function Timeline({ room, info, ref }: { room: Room; info: RoomInfo; ref: Ref<TimelineHandle> }) {
  const { me } = useSession();
  const { timeline } = room;
  const source = useTimelineRows(timeline);
  const { hasOlder } = timeline;
  const unreadAfter = useUnreadLine(info);
  const rows = useMemo(
    () => arrange(source, { me: me.id, hasOlder, unreadAfter, dayOf }),
    [source, me.id, hasOlder, unreadAfter],
  );
  const bySeq = useMemo(() => {
    const found = new Map<number, Message>();
    for (const row of source)
      if (row.type === "message" && row.message.seq) found.set(row.message.seq, row.message);
    return found;
  }, [source]);

  const scroller = useRef<HTMLDivElement>(null);
  const [atEnd, setAtEnd] = useState(true);
  const focus = useRowFocus(rows);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    getItemKey: useCallback((index: number) => rows[index]?.key ?? index, [rows]),
    estimateSize: (index) => estimate(rows[index], scroller.current?.clientWidth ?? 600),
    rangeExtractor: focus.rangeExtractor,
    onChange: (instance) => setAtEnd(instance.isAtEnd(endPx)),
    anchorTo: "end",
    followOnAppend: true,
    scrollEndThreshold: endPx,
    overscan: 8,
    paddingStart: 12,
    paddingEnd: 12,
    directDomUpdates: true,
    directDomUpdatesMode: "position",
  });

  const opened = useOpening(virtual, rows);
  const first = virtual.range?.startIndex ?? 0;
  const older = useOlder(timeline, source, opened && first < 12);
  const { jump, marked } = useJump(virtual, rows, timeline);
  usePinned(scroller, virtual, atEnd);
  useReading(room, info, atEnd && opened);
  useImperativeHandle(ref, () => ({ toEnd: () => virtual.scrollToEnd(), jump }), [virtual, jump]);

  return (
    <div className="timeline-frame">
      {older && (
        <p className="timeline-older" role="status">
          {older}
        </p>
      )}
      <div ref={scroller} className="timeline">
        <div className="timeline-foot">
          <ol
            ref={virtual.containerRef}
            className="timeline-rows"
            aria-label="Messages"
            onKeyDown={(event) => focus.onKeyDown(event, virtual)}
            onFocus={focus.onFocus}
          >
            {virtual.getVirtualItems().map((item) => {
              const row = rows[item.index];
              if (!row) return null;
              const re = row.type === "message" ? row.message.re : null;
              return (
                <li key={item.key} ref={virtual.measureElement} data-index={item.index} data-key={item.key}>
                  <RowView
                    row={row}
                    info={info}
                    original={re === null ? undefined : bySeq.get(re)}
                    marked={marked !== null && row.type === "message" && row.message.seq === marked}
                    tabIndex={item.index === focus.index ? 0 : -1}
                  />
                </li>
              );
            })}
          </ol>
        </div>
      </div>
      {!atEnd && opened && <EndButton unread={info.unread} onClick={() => virtual.scrollToEnd()} />}
    </div>
  );
}
