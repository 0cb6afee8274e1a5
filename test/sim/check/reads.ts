/** C9, C11: the log decides who may act, and no answer is older than what was known before it was asked for. */
import type { Command, History, Read } from "./history.ts";
import { faultOf } from "./permitted.ts";
import { refusalFits } from "./refusals.ts";
import type { Truth } from "./truth.ts";
import type { Report } from "./violation.ts";

export function checkReads(history: History, truth: Truth, report: Report): void {
  checkActors(truth, report);
  const commands = history.commands.filter(({ room }) => room === truth.room);
  const acks = commands.filter(({ phase }) => phase === "ok");
  for (const read of history.reads) if (read.room === truth.room) checkRead(read, acks, truth, report);
  for (const command of commands) {
    if (command.phase !== "fail" || !command.sighted || refusalFits(command, truth)) continue;
    report(
      "C11",
      `${command.op} ${command.cid} was refused (${command.code}), which was never true meanwhile`,
    );
  }
}

/** C9: everybody did only what they might at that very place. */
function checkActors(truth: Truth, report: Report): void {
  for (const line of truth.lines) {
    const fault = faultOf(truth, line);
    if (fault !== null) report("C9", `${line.by} ${line.event.kind} at ${line.seq}: ${fault}`);
  }
}

function checkRead(read: Read, acks: readonly Command[], truth: Truth, report: Report): void {
  const { user, device, invoked, answered, head, knew } = read;
  if (head > truth.highestAt(answered)) report("C11", `${device} was told of ${head} before it was durable`);
  if (!truth.memberThroughout(user, invoked, answered)) return;
  if (head < knew) report("C11", `${device} had ${knew}, and is told that the head is ${head}`);
  if (!read.sighted) return;
  for (const ack of acks) {
    const last = ack.seq + ack.n - 1;
    if ((ack.answered ?? 0) < invoked && last > head) {
      report("C11", `${device} is told that the head is ${head}, though ${last} was acked before`);
    }
  }
}
