/**
 * One socket of one person, by docs/protocol.md: says hello, resumes, keeps a cursor per room, answers pings, posts. Whatever comes
 * is checked as it comes: each seq is the last one plus one, and no message has two seqs.
 */
import { WebSocket } from "k6/websockets";
import { cid } from "./cid.js";
import * as metrics from "./metrics.js";

const stamp = /^k6 (\d+) (\S+)/;
/** The number of our own resume: `live` bears it. */
const resumption = 1;

/**
 * @param person `{user, access}`
 * @param tab names the socket among the person's; a second one of the same name replaces it
 * @param cursors per room `[epoch, seq]`, or null for the newest page; kept up to date
 * @param on `live()` once caught up, `posted(text)` for every message of somebody
 */
export function chatter(base, person, tab, cursors, on = {}) {
  const came = Object.values(cursors).some((cursor) => cursor !== null);
  const began = Date.now();
  const socket = new WebSocket(`${base.replace(/^http/, "ws")}/ws`, ["starling.v1.json"]);
  const waiting = new Map();
  const seqs = new Map();
  let closing = false;
  let requests = 0;

  const send = (frame) => socket.send(JSON.stringify(frame));

  function meet(id, seq) {
    if (seqs.has(id) && seqs.get(id) !== seq) metrics.duplicates.add(1);
    seqs.set(id, seq);
  }

  function posted({ seq, by, text }) {
    const [, sentAt, id] = stamp.exec(text) ?? [];
    if (id !== undefined) {
      meet(id, seq);
      // What came while we were away says nothing of the way here.
      if (by !== person.user && Number(sentAt) >= began) {
        metrics.deliveryMs.add(Date.now() - Number(sentAt));
        metrics.deliveries.add(1);
      }
    }
    on.posted?.(text);
  }

  function events({ room, epoch, events }) {
    for (const entry of events) {
      const [, last] = cursors[room] ?? [epoch, 0];
      const [first, to] = entry.void ?? [entry.seq, entry.seq];
      if (to <= last) continue;
      if (first > last + 1) metrics.gaps.add(first - last - 1);
      cursors[room] = [epoch, to];
      if (entry.kind === "posted") posted(entry);
      else if (entry.cid !== undefined && entry.kind === undefined) meet(entry.cid, entry.seq);
    }
  }

  function reply({ re, error }) {
    const sentAt = waiting.get(re);
    waiting.delete(re);
    if (error !== undefined) metrics.refused.add(1, { code: error.code });
    else if (sentAt !== undefined) metrics.ackMs.add(Date.now() - sentAt);
  }

  function live({ n, rooms, refused }) {
    Object.assign(cursors, rooms);
    for (const room of Object.keys(refused ?? {})) metrics.refused.add(1, { code: refused[room] });
    // A room that one has just come into may become live by itself, before that.
    if (n !== resumption) return;
    (came ? metrics.resumeMs : metrics.connectMs).add(Date.now() - began);
    metrics.lives.add(1);
    on.live?.();
  }

  function take(frame) {
    if ("re" in frame) return reply(frame);
    switch (frame.t) {
      case "welcome":
        return send({ t: "resume", n: resumption, rooms: cursors });
      case "events":
        return events(frame);
      case "limited":
        cursors[frame.room] = [frame.epoch, frame.to];
        return;
      case "epoch":
        cursors[frame.room] = [frame.epoch, 0];
        return;
      case "live":
        return live(frame);
      case "ping":
        return send({ t: "pong" });
    }
  }

  socket.onopen = () => send({ t: "hello", token: person.access, tab });
  socket.onmessage = ({ data }) => take(JSON.parse(data));
  socket.onclose = ({ code }) => {
    if (!closing) metrics.cut.add(1, { code: String(code) });
  };
  // What follows is a close.
  socket.onerror = () => {};

  return {
    cursors,
    /** Posts that wait for their reply. */
    open: () => waiting.size,
    post(room, words) {
      const id = cid();
      const sentAt = Date.now();
      waiting.set(++requests, sentAt);
      metrics.posts.add(1);
      send({ id: requests, op: "room.post", in: { room, cid: id, text: `k6 ${sentAt} ${id} ${words}` } });
    },
    close() {
      closing = true;
      socket.close();
    },
  };
}
