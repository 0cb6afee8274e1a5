/** Sockets that come, go and come back, with good cursors and bad ones. */
import { expect } from "bun:test";
import fc from "fast-check";
import { Copy } from "../copy.ts";
import type { Device } from "../device.ts";
import { roomOf } from "../move.ts";
import { horizon, intervals, isMember } from "../sight.ts";
import { Lost } from "../wire.ts";
import { command, type Weighted } from "./command.ts";

/** More tabs than this show nothing new. */
const tabsMax = 4;

const drop = fc.record({ who: fc.nat(3), device: fc.nat(3) }).map((args) =>
  command("drop", args, async (_, world, { who, device }) => {
    const online = world.person(who).devices.filter((each) => each.online);
    await online[device % Math.max(1, online.length)]?.drop();
  }),
);

/** A device that was away comes back with its cursors; when none is away, a new tab comes, or one comes twice. */
const connect = fc.record({ who: fc.nat(3), device: fc.nat(3) }).map((args) =>
  command("connect", args, async (_, world, { who, device }) => {
    const person = world.person(who);
    const away = person.devices.filter((each) => !each.online);
    const back = away[device % Math.max(1, away.length)];
    if (back !== undefined) await back.connect();
    else if (person.devices.length < tabsMax) await person.tab().connect();
    else await again(person.devices[device % tabsMax] as Device);
  }),
);

/** The same tab on a second socket: the first one has to go. */
async function again(device: Device): Promise<void> {
  const first = device.wire;
  await device.connect();
  expect((await first?.ended())?.code).toBe(4502);
}

/** Says where it is, though nothing is missing. */
const sync = fc.record({ who: fc.nat(3), device: fc.nat(3) }).map((args) =>
  command("sync", args, async (_, world, { who, device }) => {
    const found = await world.device(world.person(who), device);
    const rooms = [...found.copies].filter(([, copy]) => !copy.shut).map(([room]) => room);
    await found.resume(rooms, "sync");
  }),
);

/** A new tab that claims to have some of the room already. */
const resume = fc
  .record({
    who: fc.nat(3),
    room: fc.nat(9),
    ahead: fc.integer({ min: 1, max: 1_000 }),
    cursor: fc.constantFrom("zero", "other epoch", "future"),
  })
  .map((args) =>
    command("resume", args, async (model, world, { who, room: n, cursor, ahead }) => {
      const person = world.person(who);
      const [, room] = roomOf(model, n);
      if (person.devices.length >= tabsMax || room.head === 0) return;
      const device = person.tab();
      const copy = new Copy(person.id, cursor === "other epoch" ? "another" : room.epoch);
      copy.last = cursor === "zero" ? 0 : horizon(room, person.id) + ahead;
      device.copies.set(room.id, copy);
      const stranger = intervals(room, person.id).length === 0;
      if (cursor === "future" && isMember(room, person.id)) {
        const refused = await device.connect().catch((error: unknown) => error);
        expect(refused).toBeInstanceOf(Lost);
        expect((refused as Lost).end).toEqual({ code: 4002, reason: `room=${room.id}` });
      } else {
        const { refused } = await device.connect();
        const why = stranger ? "not-found" : isMember(room, person.id) ? undefined : "left";
        expect(refused[room.id]).toBe(why as "left");
      }
      // What was made up is forgotten; a tab that was served goes on.
      if (stranger) device.copies.delete(room.id);
      if (cursor !== "future") return;
      device.named.clear();
      await person.retire(device);
    }),
  );

export const ofDevices: Weighted[] = [
  { weight: 8, arbitrary: drop },
  { weight: 10, arbitrary: connect },
  { weight: 3, arbitrary: sync },
  { weight: 6, arbitrary: resume },
];
