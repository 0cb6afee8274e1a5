/** Every scenario. F20 is a random schedule of these. */
import type { Scenario } from "../scenario.ts";
import { nodeKilled } from "./f01-node-killed.ts";

export const scenarios: readonly Scenario[] = [nodeKilled];
