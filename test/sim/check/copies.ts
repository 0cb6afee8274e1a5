/** C4, C7, C12, C13: what everybody holds when everything is at rest. */
import { limits } from "../../../actors/limits.ts";
import type { Seq } from "../../../actors/ports.ts";
import type { Copy, History, Read } from "./history.ts";
import type { Truth } from "./truth.ts";
import type { Report } from "./violation.ts";

export function checkCopies(history: History, truth: Truth, report: Report): void {
  for (const copy of history.copies) {
    if (copy.room !== truth.room) continue;
    const [since, until] = truth.stays(copy.user).at(-1) ?? [1, 0];
    const isMember = until > truth.head;
    // Who was in and out again before a device heard of it has nothing to show.
    if (since > until || (!isMember && copy.last === 0)) continue;
    // A stay that began and ended while nobody told the device isn't pushed: it is there for whoever asks.
    const ends = isMember ? [truth.head] : truth.stays(copy.user).map(([, end]) => end);
    checkWhole(copy, truth, ends.includes(copy.last) ? copy.last : Math.min(truth.head, until), report);
    if (!isMember) continue;
    if (copy.state !== truth.state(copy.user)) {
      report("C13", `${copy.device} shows another room: ${copy.state} instead of ${truth.state(copy.user)}`);
    }
    checkSummary(copy, truth, report);
  }
}

/** C7, C13: what the SDK proves and shows. */
export function checkShown({ shown }: History, truth: Truth, report: Report): void {
  for (const { room, user, device, head, faults, posts, summary } of shown) {
    if (room !== truth.room || truth.standing(user, truth.head).role === null) continue;
    if (head !== truth.head)
      report("C7", `${device} is told by the SDK that ${room} ends at ${head}, not ${truth.head}`);
    if (faults.length > 0) report("C7", `${device} can't verify ${faults.join(" ")} of ${room}`);
    const hidden = truth.hiddenReactions(user);
    const words = (seq: Seq, text: string, reactions: readonly string[]) =>
      JSON.stringify([seq, text, reactions.filter((reaction) => !hidden.has(`${seq} ${reaction}`))]);
    const got = posts.map(({ seq, text, reactions }) => words(seq, text, reactions));
    const right = [...truth.posts(user)].map(([seq, { text, reactions }]) => words(seq, text, reactions));
    const wrong = got.find((word, i) => word !== right[i]) ?? right[got.length];
    if (wrong !== undefined)
      report("C13", `${device} shows ${wrong} of ${room}, which isn't so (${right.length} posts)`);
    if (summary !== undefined) checkSummary({ user, device, summary }, truth, report);
  }
}

/** C13: what a page says of its posts is what the events did to them, once everything is at rest. */
export function checkPages({ reads }: History, truth: Truth, report: Report): void {
  const end = truth.lines.at(-1)?.t ?? 0;
  for (const read of reads) {
    if (read.room !== truth.room || read.invoked < end || !read.sighted) continue;
    if (truth.standing(read.user, truth.head).role !== null) checkPage(read, truth, report);
  }
}

function checkPage({ user, device, from, to, fields }: Read, truth: Truth, report: Report): void {
  const hidden = truth.hiddenReactions(user);
  const words = (seq: Seq, text: string | null, reactions: readonly string[]) =>
    JSON.stringify([text, reactions.filter((reaction) => !hidden.has(`${seq} ${reaction}`))]);
  const said = new Map(fields.map(({ seq, text, reactions }) => [seq, words(seq, text, reactions)]));
  for (const [seq, { text, edited, reactions }] of truth.posts(user)) {
    if (seq < from || seq > to) continue;
    const right = words(seq, edited ? text : null, reactions);
    const got = said.get(seq) ?? words(seq, null, []);
    if (got !== right) report("C13", `${device} reads ${got} about ${seq} instead of ${right}`);
  }
}

/** C7: all that the user may see, up to the head or to what closed it. */
function checkWhole({ device, user, last, entries }: Copy, truth: Truth, end: number, report: Report): void {
  if (last !== end) {
    report("C7", `${device} of ${truth.room} is at ${last}, not ${end}`);
    return;
  }
  for (const [i, got] of entries.entries()) {
    const seq = i + 1;
    const line = truth.line(seq);
    const right = truth.at(seq, end);
    // A reader of pages gets tombstones whose deletion they may not see.
    const isGone = got === truth.at(seq, truth.head);
    const isOwn = got === `stub:${line?.cid}` && !right.startsWith("tombstone");
    const isDistant = got === "void" && truth.isDistantDeletion(user, seq);
    const isRight = truth.sees(user, seq) ? got === right || isGone || isOwn || isDistant : got !== null;
    if (!isRight) report("C7", `${device} has ${got ?? "nothing"} at ${seq} instead of ${right}`);
  }
}

/** C4 and C12: the head is the head; one read mark for all devices, and what is unread follows from it. */
function checkSummary(
  { device, user, summary }: Pick<Copy, "device" | "user" | "summary">,
  truth: Truth,
  report: Report,
): void {
  if (summary === null) {
    report("C4", `${device} gets no summary of ${truth.room}`);
    return;
  }
  const { head, unread, read } = summary;
  if (head !== truth.head)
    report("C4", `${device} is told that ${truth.room} ends at ${head}, not ${truth.head}`);
  // Above the bound it says no more than "more than that".
  const right = Math.min(truth.unread(user, read), limits.unreadExactMax + 1);
  if (unread !== right) report("C12", `${device} counts ${unread} unread above ${read}, not ${right}`);
}
