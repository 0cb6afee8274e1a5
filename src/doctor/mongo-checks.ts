/** What can be wrong with MongoDB. */
import { clockFinding } from "./clock.ts";
import type { Check } from "./finding.ts";
import { lettersFinding } from "./letters.ts";
import type { MongoFacts } from "./mongo.ts";
import { movedFinding } from "./moved.ts";

const failed: Check<MongoFacts> = ({ failure }) => {
  if (failure === null) return null;
  const means = "no node starts, and those that run can't look anything up";
  if (failure === "away") {
    return {
      wrong: "MongoDB has no primary, or none that answers at MONGODB_URL",
      means:
        "history can't be read and nobody can sign in; what is sent to rooms in memory is kept in the log",
      fix: "see that a majority of the replica set's members runs, and that it was initiated",
    };
  }
  if (failure === "refused") {
    return {
      wrong: "MongoDB refuses the user or the password of MONGODB_URL",
      means,
      fix: "correct them, and authSource if the user lives in another database",
    };
  }
  if (failure === "rights") {
    return {
      wrong: "MongoDB's user in MONGODB_URL lacks rights",
      means,
      fix: "give it the role readWrite on the database that MONGODB_URL names",
    };
  }
  if ("url" in failure) return { wrong: failure.url, means, fix: "correct MONGODB_URL" };
  return { wrong: `MongoDB refuses us (${failure.other})`, means, fix: "look into MongoDB's log" };
};

const standalone: Check<MongoFacts> = ({ replicaSet }) =>
  replicaSet
    ? null
    : {
        wrong: "MongoDB runs as a standalone server",
        means: "it has no transactions and no second copy, so no node starts on it",
        fix: "start it with --replSet rs0 and call rs.initiate() once; one member is enough to begin with",
      };

const old: Check<MongoFacts> = ({ old }) =>
  old
    ? {
        wrong: "MongoDB is older than 6.0",
        means: "it lacks what our updates need, so no node starts on it",
        fix: "upgrade it",
      }
    : null;

const newer: Check<MongoFacts> = ({ schema, known }) =>
  schema <= known
    ? null
    : {
        wrong: `the database has schema version ${schema}, this program knows ${known}`,
        means: "this program doesn't start on it, lest it misread what people wrote",
        fix: "use the newer program that wrote it",
      };

const unwritable: Check<MongoFacts> = ({ writes }) => {
  switch (writes) {
    case "ok":
      return null;
    case "full":
      return {
        wrong: "MongoDB's disk is full",
        means:
          "messages still go out while the log holds them, but nobody can sign in and history falls behind",
        fix: "make room on every member",
      };
    case "no majority":
      return {
        wrong: "MongoDB's primary answers, but no majority of its replica set confirms writes",
        means: "nobody can sign in, and history falls behind",
        fix: "see to the other members",
      };
    case "rights":
      return {
        wrong: "MongoDB's user in MONGODB_URL may read but not write",
        means: "no node starts",
        fix: "give it the role readWrite on the database that MONGODB_URL names",
      };
    case "not":
      return {
        wrong: "MongoDB takes no write",
        means: "nobody can sign in, and history falls behind",
        fix: "wait for an election, which takes some 10 s, and look again; else look into MongoDB's log",
      };
  }
};

const lost: Check<MongoFacts> = ({ lost }) =>
  lost.length === 0
    ? null
    : {
        wrong: `members of MongoDB's replica set are away: ${lost.join(", ")}`,
        means: "chat goes on, but there is a copy less",
        fix: "bring them back before another one goes",
      };

const clock: Check<MongoFacts> = ({ aheadMs }) => clockFinding(aheadMs, "MongoDB's");

const moved: Check<MongoFacts> = ({ moved }) => movedFinding(moved);

const letters: Check<MongoFacts> = ({ letters }) => lettersFinding(letters);

export const mongoChecks: readonly Check<MongoFacts>[] = [
  failed,
  standalone,
  old,
  newer,
  moved,
  unwritable,
  lost,
  clock,
  letters,
];
