/** In a train: its connection breaks, it is without a network for a while, the system kills the app. */
import type { Behaviour } from "../stage.ts";
import { pauseMsMax, talk } from "./talk.ts";

/** Per act. */
const odds = { cut: 0.03, away: 0.01, restart: 0.005 } as const;
const awayMsMax = 3_000;

export const phone: Behaviour = async (bot, stage) => {
  while (!stage.over) {
    // It talks without a network, too: that is what the outbox is for.
    talk(bot, stage);
    if (bot.chance.happens(odds.cut)) bot.cut();
    if (bot.chance.happens(odds.restart)) await bot.restart();
    if (bot.chance.happens(odds.away)) {
      bot.away(true);
      await stage.pause(bot.chance.next() * awayMsMax);
      bot.away(false);
    }
    await stage.pause(bot.chance.next() * pauseMsMax);
  }
  bot.away(false);
};
