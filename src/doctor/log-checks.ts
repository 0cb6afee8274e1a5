/** Whether the log is the one that the documents were made from. */
import { type AnchorState, lossesIn } from "../log/jetstream/anchor.ts";
import { streamName } from "../log/jetstream/subjects.ts";
import type { Check } from "./finding.ts";

/** By stream, of those that documents were made from. */
type LogFacts = ReadonlyMap<number, AnchorState>;

const rebuild =
  "stop all nodes and give the NATS servers their old disks back; if those are lost, `starling doctor --rebuild` goes on from the " +
  "documents, with new epochs, and names what is lost";

const lost: Check<LogFacts> = (states) => {
  const losses = lossesIn(states);
  return losses.length === 0
    ? null
    : {
        wrong: losses.join(", and "),
        means:
          "no node starts on it; what the documents don't hold yet is lost, and seqs that clients have seen would be given to other messages",
        fix: rebuild,
      };
};

const passed: Check<LogFacts> = (states) => {
  const streams = [...states].filter(([, state]) => state === "passed").map(([stream]) => streamName(stream));
  return streams.length === 0
    ? null
    : {
        wrong: `records of ${streams.join(", ")} left the log before they were in the documents`,
        means: "history misses them for good, and nothing can be sent to the rooms of these streams",
        fix: rebuild,
      };
};

export const logChecks: readonly Check<LogFacts>[] = [lost, passed];
