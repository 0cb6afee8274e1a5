/** What people do in a room, by how often they do it. */

import { roomsOf, type Stage } from "../stage.ts";
import type { Bot } from "./bot.ts";

/** Longest pause between two acts of one who talks. */
export const pauseMsMax = 160;
/** Commands of one bot that may be open at once: the SDK sends one per room at a time. */
const openMax = 4;
const keys = ["👍", "🎉", "😢"] as const;

const acts: readonly [weight: number, name: string, act: (bot: Bot, id: string, stage: Stage) => unknown][] =
  [
    [
      70,
      "send",
      (bot, id, stage) => bot.begins("send", (client) => client.room(id).send({ text: stage.text() })),
    ],
    [
      6,
      "edit",
      (bot, id, stage) =>
        onOwn(bot, id, (seq) => bot.begins("edit", (client) => client.room(id).edit(seq, stage.text()))),
    ],
    [
      4,
      "remove",
      (bot, id) => onOwn(bot, id, (seq) => bot.begins("remove", (client) => client.room(id).remove(seq))),
    ],
    [
      8,
      "react",
      (bot, id) =>
        onAny(bot, id, (seq) =>
          bot.begins("react", (client) =>
            client.room(id).react(seq, bot.chance.pick(keys), bot.chance.happens(0.7)),
          ),
        ),
    ],
    [8, "read", (bot, id) => bot.room(id).markRead()],
    [4, "typing", (bot, id) => bot.room(id).typing()],
  ];
const weights = acts.reduce((sum, [weight]) => sum + weight, 0);

/** One act in one of the bot's rooms. */
export function talk(bot: Bot, stage: Stage): void {
  const rooms = roomsOf(bot, stage);
  if (rooms.length === 0 || bot.open.length >= openMax) return;
  const { id } = bot.chance.pick(rooms);
  let dice = bot.chance.next() * weights;
  for (const [weight, , act] of acts) {
    dice -= weight;
    if (dice < 0) return void act(bot, id, stage);
  }
}

function onAny(bot: Bot, id: string, act: (seq: number) => unknown): void {
  const seqs = seqsOf(bot, id, () => true);
  if (seqs.length > 0) act(bot.chance.pick(seqs));
}

function onOwn(bot: Bot, id: string, act: (seq: number) => unknown): void {
  const { user } = bot;
  const seqs = seqsOf(bot, id, (by) => by === user);
  if (seqs.length > 0) act(bot.chance.pick(seqs));
}

/** The newest posts that stand. */
function seqsOf(bot: Bot, id: string, wanted: (by: string) => boolean): number[] {
  const rows = bot.room(id).timeline.snapshot().slice(-20);
  return rows.flatMap((row) => {
    if (row.type !== "message" || row.message.seq === null || row.message.deleted) return [];
    return wanted(row.message.by) ? [row.message.seq] : [];
  });
}
