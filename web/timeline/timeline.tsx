import { useVirtualizer } from "@tanstack/react-virtual";
import { type Ref, useCallback, useEffect, useImperativeHandle, useMemo, useRef, useState } from "react";
import type { Message, Room, RoomInfo } from "../../sdk/api.ts";
import { useSession } from "../session/client.tsx";
import { useTimelineRows } from "../session/rooms.ts";
import { dayOf } from "../text/when.ts";
import { EndButton } from "./end-button.tsx";
import { estimate } from "./estimate.ts";
import { RowView } from "./row-view.tsx";
import { arrange, beginsAfter, holesAround, lastSeq } from "./rows.ts";
import { useFollowing } from "./use-following.ts";
import { footPx, useFoot } from "./use-foot.ts";
import { useJump } from "./use-jump.ts";
import { useMore } from "./use-more.ts";
import { useOpening } from "./use-opening.ts";
import { useReading } from "./use-reading.ts";
import { useRowFocus } from "./use-row-focus.ts";
import { useUnreadLine } from "./use-unread-line.ts";

export interface TimelineHandle {
  toEnd(): void;
  jump(seq: number): void;
}

/**
 * What heights are guessed for, px: one width for good. Guesses that followed the pane's width would move every row
 * that was never seen when the next message comes.
 */
const guessedWidth = 800;

/** So many rows before an edge, what lies beyond it is fetched. */
const nearRows = 12;

export function Timeline({ room, info, ref }: { room: Room; info: RoomInfo; ref: Ref<TimelineHandle> }) {
  const { me } = useSession();
  const { timeline } = room;
  const source = useTimelineRows(timeline);
  const { hasOlder } = timeline;
  const unreadAfter = useUnreadLine(info);
  const [place, setPlace] = useState<number | null>(null);
  const rows = useMemo(
    () => arrange(source, { me: me.id, hasOlder, place, unreadAfter, dayOf }),
    [source, me.id, hasOlder, place, unreadAfter],
  );
  const { above, below } = useMemo(() => holesAround(source, place), [source, place]);
  const bySeq = useMemo(() => {
    const found = new Map<number, Message>();
    for (const row of source)
      if (row.type === "message" && row.message.seq) found.set(row.message.seq, row.message);
    return found;
  }, [source]);

  const scroller = useRef<HTMLDivElement>(null);
  const focus = useRowFocus(rows);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    getItemKey: useCallback((index: number) => rows[index]?.key ?? index, [rows]),
    estimateSize: (index) => estimate(rows[index], guessedWidth),
    rangeExtractor: focus.rangeExtractor,
    anchorTo: "end",
    // What is loaded below the reader isn't news.
    followOnAppend: below === null,
    scrollEndThreshold: footPx,
    overscan: 8,
    paddingStart: 12,
    paddingEnd: 12,
    directDomUpdates: true,
    directDomUpdatesMode: "position",
  });

  const fetchLine = useCallback(async () => {
    const seq = (unreadAfter ?? 0) + 1;
    await timeline.around(seq);
    setPlace(seq);
  }, [timeline, unreadAfter]);
  const lineIsAbove = unreadAfter !== null && beginsAfter(source, { hasOlder, place }, unreadAfter);
  const opened = useOpening({ virtual, rows, lineIsAbove, fetchLine });
  const atFoot = useFoot(scroller, virtual, opened);
  const atEnd = atFoot === true && below === null;
  useFollowing(virtual, rows.length, atEnd);
  const { startIndex, endIndex } = virtual.range ?? { startIndex: 0, endIndex: 0 };
  const loading = useMore(timeline, {
    above,
    below,
    nearTop: opened && startIndex < nearRows,
    nearFoot: opened && endIndex > rows.length - nearRows,
  });
  const { jump, toEnd, marked } = useJump({ virtual, rows, timeline, setPlace });
  // Who reads the past stays there, whatever comes: a hole may open between there and the newest messages.
  useEffect(() => {
    if (atFoot !== null) setPlace((now) => (atEnd ? null : (now ?? lastSeq(rows))));
  }, [atFoot, atEnd, rows]);
  useReading(room, info, atEnd, lastSeq(rows));
  useImperativeHandle(ref, () => ({ toEnd, jump }), [toEnd, jump]);

  return (
    <div className="timeline-frame">
      {loading && (
        <p className="timeline-loading" role="status">
          {loading}
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
      {atFoot !== null && !atEnd && <EndButton unread={info.unread} onClick={toEnd} />}
    </div>
  );
}
