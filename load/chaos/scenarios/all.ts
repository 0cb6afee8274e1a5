/** Every scenario. F20 is a random schedule of the others. */
import type { Scenario } from "../scenario.ts";
import { nodeKilled } from "./f01-node-killed.ts";
import { ownerFrozen } from "./f02-owner-frozen.ts";
import { natsServerKilled } from "./f03-nats-server-killed.ts";
import { natsGone } from "./f04-nats-gone.ts";
import { natsTampers } from "./f05-nats-tampers.ts";
import { mongoPrimary } from "./f06-mongo-primary.ts";
import { slowWays } from "./f07-slow-ways.ts";
import { partition } from "./f09-partition.ts";
import { slowReader } from "./f11-slow-reader.ts";
import { overflow } from "./f13-overflow.ts";
import { reconnectStorm } from "./f14-reconnect-storm.ts";
import { membershipChurn } from "./f16-membership-churn.ts";
import { sessionRevoked } from "./f17-session-revoked.ts";
import { rollingRestart } from "./f18-rolling-restart.ts";
import { oneAfterAnother } from "./f20-one-after-another.ts";

const single: readonly Scenario[] = [
  nodeKilled,
  ownerFrozen,
  natsServerKilled,
  natsGone,
  natsTampers,
  mongoPrimary,
  slowWays,
  partition,
  slowReader,
  overflow,
  reconnectStorm,
  membershipChurn,
  sessionRevoked,
  rollingRestart,
];

export const scenarios: readonly Scenario[] = [...single, oneAfterAnother(single)];
