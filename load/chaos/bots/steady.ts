/** Sits at a desk: talks, and stays connected as long as the server lets it. */
import type { Behaviour } from "../stage.ts";
import { pauseMsMax, talk } from "./talk.ts";

export const steady: Behaviour = async (bot, stage) => {
  while (!stage.over) {
    if (bot.isOnline) talk(bot, stage);
    await stage.pause(bot.chance.next() * pauseMsMax);
  }
};
