/** What can be wrong with NATS. */
import { clusterVersionMin, isTooOld, payloadBytesMin } from "../nats/server.ts";
import { clockFinding } from "./clock.ts";
import type { Check } from "./finding.ts";
import type { NatsFacts } from "./nats.ts";

const listOf = (names: readonly string[]) => names.join(", ");
const addressesOf = (facts: NatsFacts, state: string) =>
  facts.servers.filter((server) => server.state === state).map(({ address }) => address);

const refused: Check<NatsFacts> = (facts) =>
  addressesOf(facts, "refused").length === 0
    ? null
    : {
        wrong: `NATS refuses the user or the password of NATS_URL at ${listOf(addressesOf(facts, "refused"))}`,
        means: "no node starts with it, so nobody can chat",
        fix: "write the user and the password of the servers' configuration into NATS_URL, the same for all servers",
      };

const away: Check<NatsFacts> = (facts) => {
  const [missing, all] = [addressesOf(facts, "away"), facts.servers.length];
  if (missing.length === 0) return null;
  const up = addressesOf(facts, "up").length;
  if (up === 0) {
    return addressesOf(facts, "refused").length > 0
      ? null
      : {
          wrong: `no NATS server answers at ${listOf(missing)}`,
          means: "nobody can send, and nobody is told anything",
          fix: "start the servers, or correct NATS_URL",
        };
  }
  const answer = up === 1 ? "answers" : "answer";
  const those = `only ${up} of ${all} NATS servers ${answer}, ${listOf(missing)} ${missing.length === 1 ? "does" : "do"} not`;
  return up * 2 > all
    ? {
        wrong: those,
        means: "chat goes on, but the next loss stops all sending",
        fix: "bring it back before you touch another one",
      }
    : {
        wrong: those,
        means: "messages are refused as unavailable until more than half of them run",
        fix: "start the others, with the disks that they had",
      };
};

const tooOld: Check<NatsFacts> = ({ servers }) => {
  const old = servers.filter(({ info }) => info?.cluster !== undefined && isTooOld(info.version));
  return old.length === 0
    ? null
    : {
        wrong: `NATS ${old[0]?.info?.version} runs at ${listOf(old.map(({ address }) => address))}`,
        means: `in a cluster before ${clusterVersionMin} two writers may both win, so that messages would be lost, and nodes don't start on it`,
        fix: "install nats-server 2.15 or later on all servers, one after the other",
      };
};

/** NATS doesn't try a disk again on which a write has failed. */
const afterFull = "make room, then restart that server: until then it takes nothing";

const withoutJetStream: Check<NatsFacts> = ({ servers }) => {
  const without = servers.filter(({ info }) => info !== null && info.jetstream !== true);
  const rest = servers.filter(({ info }) => info?.jetstream === true).length;
  return without.length === 0
    ? null
    : {
        wrong: `JetStream is off on ${listOf(without.map(({ address }) => address))}`,
        means:
          rest * 2 > servers.length
            ? "chat goes on with the others, but the next loss stops all sending"
            : "there is no log, so messages are refused as unavailable, and no node starts",
        fix: `a full disk turns it off: ${afterFull}; if it was never on, add \`jetstream { store_dir: … }\` as in nats.conf`,
      };
};

const payload: Check<NatsFacts> = ({ servers }) => {
  const small = servers.filter(({ info }) => info !== null && info.max_payload < payloadBytesMin);
  return small.length === 0
    ? null
    : {
        wrong: `max_payload is ${small[0]?.info?.max_payload} bytes on ${listOf(small.map(({ address }) => address))}`,
        means: "long messages would be refused, and nodes don't start on it",
        fix: "set max_payload: 256KB on all servers",
      };
};

const silent: Check<NatsFacts> = ({ servers, jetstream }) => {
  const up = servers.filter(({ info }) => info?.jetstream === true);
  // Fewer than a majority: `away` says why.
  if (jetstream !== null || up.length === 0 || up.length * 2 <= servers.length) return null;
  return {
    wrong: "JetStream doesn't answer, though its servers do",
    means: "messages are refused as unavailable",
    fix: "wait 10 s for an election and look again; else read the servers' logs",
  };
};

const unwritable: Check<NatsFacts> = ({ servers, jetstream }) => {
  const up = servers.filter(({ info }) => info !== null).length;
  switch (jetstream?.writes ?? "ok") {
    case "ok":
      return null;
    case "full":
      return {
        wrong: "JetStream has no room for another record",
        means: "messages are refused as unavailable, reading goes on",
        fix: `raise max_file_store on every server, or, if a disk under store_dir is full, ${afterFull}`,
      };
    case "not":
      if (up * 2 <= servers.length) return null;
      return servers.some(({ info }) => info?.cluster !== undefined)
        ? {
            wrong: "JetStream takes no record that each server has to keep",
            means:
              "chat goes on if only one of three is the cause, else messages are refused as unavailable; reading goes on",
            fix: `see whether the servers reach each other at their cluster ports, and whether a disk under store_dir is full: ${afterFull}`,
          }
        : {
            wrong: "JetStream takes no record",
            means: "messages are refused as unavailable, reading goes on",
            fix: `see whether a disk under store_dir is full: ${afterFull}`,
          };
  }
};

const settings: Check<NatsFacts> = ({ jetstream }) => {
  const wrong = jetstream?.streams.flatMap((stream) => (stream?.wrong.length ? [stream] : [])) ?? [];
  const [one] = wrong;
  return one === undefined
    ? null
    : {
        wrong: `${listOf(wrong.map(({ name }) => name))} ${wrong.length === 1 ? "has" : "have"} other settings than the log needs (${one.wrong.join("; ")})`,
        means: "messages could be lost or not be told, and nodes don't start on it",
        fix: "set them right with `nats stream edit`",
      };
};

const clock: Check<NatsFacts> = ({ jetstream }) => clockFinding(jetstream?.aheadMs ?? 0, "NATS'");

export const natsChecks: readonly Check<NatsFacts>[] = [
  refused,
  away,
  tooOld,
  withoutJetStream,
  payload,
  silent,
  settings,
  unwritable,
  clock,
];
