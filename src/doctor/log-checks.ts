/** Whether the log is the one that the documents were made from. */
import type { Millis, Position } from "../../actors/ports.ts";
import type { Check } from "./finding.ts";
import type { StreamFacts } from "./nats.ts";

export interface LogFacts {
  /** By number; null: missing. */
  streams: readonly (StreamFacts | null)[];
  /** How far each stream is in the documents. */
  checkpoints: ReadonlyMap<number, Position>;
  /** Time of the newest event in the documents. */
  newestAt: Millis;
}

const rebuild =
  "stop all nodes and give the NATS servers their old disks back; if those are lost, `starling export FILE`, delete the streams " +
  "LOG_0 to LOG_7, and `starling import FILE` into a new database, which gives rooms new epochs";

/** Numbers of streams from which documents were made, and of which this is so. */
function streamsThat(
  { streams, checkpoints }: LogFacts,
  is: (stream: StreamFacts | null, at: Position) => boolean,
): string {
  return streams
    .flatMap((stream, i) => {
      const at = checkpoints.get(i) ?? 0;
      return at > 0 && is(stream, at) ? [`LOG_${i}`] : [];
    })
    .join(", ");
}

const deleted: Check<LogFacts> = (facts) => {
  const gone = streamsThat(facts, (stream) => stream === null);
  return gone === ""
    ? null
    : {
        wrong: `${gone} ${gone.includes(",") ? "are" : "is"} missing, though documents were made from it`,
        means:
          "what the documents don't hold yet is lost, and seqs that clients have seen would be given to other messages",
        fix: rebuild,
      };
};

const madeAnew: Check<LogFacts> = (facts) => {
  const anew = streamsThat(
    facts,
    (stream, at) => stream !== null && (at > stream.last || stream.made > facts.newestAt),
  );
  return anew === ""
    ? null
    : {
        wrong: `${anew} ${anew.includes(",") ? "were" : "was"} deleted and made anew`,
        means:
          "what the documents didn't hold yet is lost, and seqs that clients have seen may be given to other messages",
        fix: rebuild,
      };
};

const aged: Check<LogFacts> = (facts) => {
  const lost = streamsThat(
    facts,
    (stream, at) => stream !== null && at <= stream.last && at < stream.first - 1,
  );
  return lost === ""
    ? null
    : {
        wrong: `records of ${lost} left the log before they were in the documents`,
        means: "history misses them for good, and rooms that lack them take no more messages",
        fix: rebuild,
      };
};

export const logChecks: readonly Check<LogFacts>[] = [deleted, madeAnew, aged];
