/** What somebody may do in a room, and how often: mostly talk, sometimes everything else. */
import type { RoomId, Seq, UserId } from "../../actors/ports.ts";
import { roles } from "../../actors/room/model.ts";
import type { Command } from "./check/history.ts";
import type { Sender } from "./sender.ts";
import type { World } from "./world.ts";

export interface Stage {
  world: World;
  users: readonly UserId[];
  /** A text that nobody has said yet. */
  text(): string;
  /** Posts that were acked, for whoever wants to contradict one. */
  acked: Command[];
}

export interface Act {
  weight: number;
  /** What people do in a revolving door: talk, and come and go all the time. */
  inDoor?: true;
  play(stage: Stage, sender: Sender, room: RoomId): Promise<unknown> | undefined;
}

/** A post that the device has, its own or anybody's. */
function target({ world }: Stage, { device }: Sender, room: RoomId, own: boolean): Seq | undefined {
  const posts = device.copies.get(room)?.posts() ?? [];
  return world.pick(posts.filter(({ by }) => !own || by === device.user))?.seq;
}

function someone({ world, users }: Stage): UserId {
  return world.pick(users) ?? "";
}

/** A command about somebody. */
function about(weight: number, op: string, word: string): Act {
  return {
    weight,
    play(stage, sender, room) {
      const user = someone(stage);
      return sender.command(op, room, { user }, `${word} ${user}`);
    },
  };
}

/** A command that chooses one of some values. */
function choice(weight: number, op: string, field: string, word: string, values: readonly string[]): Act {
  return {
    weight,
    play({ world }, sender, room) {
      const value = world.pick(values) ?? "";
      return sender.command(op, room, { [field]: value }, `${word} ${value}`);
    },
  };
}

const post: Act = {
  weight: 40,
  inDoor: true,
  async play(stage, sender, room) {
    const { world } = stage;
    const text = stage.text();
    const re = world.chance(0.1) ? target(stage, sender, room, false) : undefined;
    const mentions = world.chance(0.1) ? { mentions: [someone(stage)] } : {};
    const input = { text, ...mentions, ...(re === undefined ? {} : { re }) };
    const command = await sender.command("room.post", room, input, `posted ${text} ${re ?? "-"}`);
    if (command.phase === "ok") stage.acked.push(command);
  },
};

const edit: Act = {
  weight: 7,
  play(stage, sender, room) {
    const seq = target(stage, sender, room, stage.world.chance(0.9));
    const text = stage.text();
    if (seq === undefined) return undefined;
    return sender.command("room.edit", room, { seq, text }, `edited ${seq} ${text}`);
  },
};

const remove: Act = {
  weight: 5,
  play(stage, sender, room) {
    const seq = target(stage, sender, room, stage.world.chance(0.6));
    if (seq === undefined) return undefined;
    return sender.command("room.delete", room, { seq }, `deleted ${seq}`);
  },
};

const react: Act = {
  weight: 8,
  play(stage, sender, room) {
    const seq = target(stage, sender, room, false);
    const key = stage.world.pick(["👍", "🎉"]) ?? "";
    const on = stage.world.chance(0.7);
    if (seq === undefined) return undefined;
    return sender.command("room.react", room, { seq, key, on }, `reacted ${seq} ${key} ${on}`);
  },
};

const mark: Act = {
  weight: 14,
  play({ world }, sender, room) {
    const seq = Math.ceil(world.upTo(sender.device.copy(room).last));
    if (seq === 0) return undefined;
    return sender.mark(world.chance(0.6) ? "read" : "delivered", room, seq);
  },
};

const typing: Act = {
  weight: 4,
  play: (_, { device }, room) => device.socket.request("room.typing", { room }, 1_000),
};

const page: Act = {
  weight: 6,
  play({ world }, { device }, room) {
    const around = 1 + Math.floor(world.upTo(device.copy(room).last));
    const where = world.pick([{}, { around }, { before: around + 1 }, { after: around - 1 }]) ?? {};
    return device.load(room, { ...where, limit: 1 + Math.floor(world.upTo(20)) });
  },
};

const add: Act = {
  weight: 7,
  play(stage, sender, room) {
    const users = [...new Set([someone(stage), someone(stage)])];
    return sender.command("room.add", room, { users }, `added ${users.join(" ")}`);
  },
};

const join: Act = {
  weight: 4,
  inDoor: true,
  play: (_, sender, room) => sender.command("room.join", room, {}, "joined"),
};
const leave: Act = {
  weight: 2,
  inDoor: true,
  play: (_, sender, room) => sender.command("room.leave", room, {}, "left"),
};

const role: Act = {
  weight: 3,
  play(stage, sender, room) {
    const user = someone(stage);
    const role = stage.world.pick(roles) ?? "member";
    return sender.command("room.role", room, { user, role }, `role ${user} ${role}`);
  },
};

const rename: Act = {
  weight: 1,
  play(stage, sender, room) {
    const name = stage.text();
    return sender.command("room.rename", room, { name }, `renamed ${name}`);
  },
};

/** The same cid with another body. */
const contradict: Act = {
  weight: 2,
  play(stage, sender) {
    const mine = stage.acked.filter(({ user }) => user === sender.device.user);
    const earlier = stage.world.pick(mine);
    if (earlier === undefined) return undefined;
    return sender.contradict(earlier, stage.text());
  },
};

export const repertoire: readonly Act[] = [
  post,
  edit,
  remove,
  react,
  mark,
  typing,
  page,
  add,
  about(6, "room.remove", "removed"),
  about(1, "room.ban", "banned"),
  about(2, "room.unban", "unbanned"),
  about(0.5, "room.transfer", "transferred"),
  join,
  leave,
  role,
  rename,
  choice(2, "room.setHistory", "history", "history", ["everyone", "joined"]),
  choice(1, "room.setAccess", "join", "access", ["open", "closed"]),
  contradict,
];
