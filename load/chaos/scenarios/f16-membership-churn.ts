import type { Bot } from "../bots/bot.ts";
import type { Scenario } from "../scenario.ts";
import type { StageRoom } from "../stage.ts";

/** Changes of membership that must be acked. */
const changesMin = 40;
/** Who comes and goes, of a room's members. */
const restlessPart = 0.4;

/** People are removed, banned and brought back while they and others send from other nodes. */
export const membershipChurn: Scenario = {
  id: "F16",
  title: "members are removed, banned and brought back",
  bounds: { silenceMs: 20_000 },
  witnesses: [],
  async play(round) {
    const healed = round.arena.fault("F16", "membership");
    let changes = 0;
    let going = true;
    const churning = round.rooms.map(async (room) => {
      for (let turn = 0; going; turn++) changes += await outAndIn(room, turn);
    });
    try {
      await round.arena.until("enough changes of membership", () => changes >= changesMin);
      await round.hold(20_000);
    } finally {
      going = false;
      await Promise.all(churning);
    }
    healed();
  },
};

/** One after the other goes and comes back; every third time they were banned. */
async function outAndIn({ id, owner, members }: StageRoom, turn: number): Promise<number> {
  const others = members.filter((bot) => bot !== owner);
  const restless = others.slice(0, Math.ceil(others.length * restlessPart));
  const bot = restless[turn % restless.length];
  if (bot === undefined) return 0;
  let changes = 0;
  for (const [what, change] of turn % 3 === 2 ? banned : kicked) {
    if (await owner.begins(what, (client) => change(client.room(id), bot.user))) changes++;
  }
  return changes;
}

type Change = (room: ReturnType<Bot["room"]>, user: string) => Promise<void>;
const add: [string, Change] = ["add", (room, user) => room.add([user])];
const kicked: [string, Change][] = [["kick", (room, user) => room.kick(user)], add];
const banned: [string, Change][] = [
  ["ban", (room, user) => room.ban(user)],
  ["unban", (room, user) => room.unban(user)],
  add,
];
