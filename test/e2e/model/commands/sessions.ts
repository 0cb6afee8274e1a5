/** Signing in, refreshing, and ending sessions. */
import { expect } from "bun:test";
import fc from "fast-check";
import type { Person, Session } from "../person.ts";
import { errorOf, Lost, okOf } from "../wire.ts";
import { command, type Weighted } from "./command.ts";

const sessionsMax = 3;

const login = fc.record({ who: fc.nat(3) }).map((args) =>
  command("login", args, async (_, world, { who }) => {
    const person = world.person(who);
    if (person.sessions.length >= sessionsMax) return;
    await (await person.login()).connect();
  }),
);

const refresh = fc
  .record({
    who: fc.nat(3),
    session: fc.nat(3),
    how: fc.oneof(
      { weight: 6, arbitrary: fc.constant("newest" as const) },
      { weight: 3, arbitrary: fc.constant("repeated" as const) },
      { weight: 1, arbitrary: fc.constant("spent" as const) },
      { weight: 1, arbitrary: fc.constant("stolen" as const) },
    ),
  })
  .map((args) =>
    command("refresh", args, async (_, world, { who, session: n, how }) => {
      const person = world.person(who);
      const session = person.sessions[n % person.sessions.length] as Session;
      const token = { newest: session.refresh, repeated: session.spent.at(-1), spent: session.spent.at(-2) };
      const used = how === "stolen" ? session.refresh : token[how];
      if (used === undefined) return;
      const result = await person.refresh(used, how === "stolen" ? "another device" : session.device);
      if (how === "newest") {
        person.renew(session, result);
        expect(session.refresh).not.toBe(used);
      } else if (how === "repeated") expect(okOf(result).refresh).toBe(session.refresh);
      else {
        expect(errorOf(result)).toBe("unauthorized");
        await ended(person, session);
      }
    }),
  );

const revoke = fc.record({ who: fc.nat(3), by: fc.nat(3), session: fc.nat(3) }).map((args) =>
  command("revoke", args, async (_, world, { who, by, session: n }) => {
    const person = world.person(who);
    const session = person.sessions[n % person.sessions.length] as Session;
    const asker = await world.device(person, by);
    // Its own socket may be closed before the answer is out.
    await asker.ask("session.revoke", { session: session.session }).catch((error: unknown) => {
      if (!(error instanceof Lost) || asker.session !== session.session) throw error;
    });
    await ended(person, session);
  }),
);

/** Others' sessions don't exist. */
const trespass = fc.record({ who: fc.nat(3), whom: fc.nat(3) }).map((args) =>
  command("trespass", args, async (_, world, { who, whom }) => {
    const [person, other] = [world.person(who), world.person(whom)];
    if (person === other) return;
    const theirs = other.sessions[0]?.session;
    const asker = await world.device(person);
    expect(errorOf(await asker.ask("session.revoke", { session: theirs }))).toBe("not-found");
  }),
);

/** All sockets close, and neither token opens anything again. */
async function ended(person: Person, session: Session): Promise<void> {
  const tabs = person.devices.filter((device) => device.session === session.session);
  const codes = await Promise.all(tabs.map((device) => device.ended()));
  expect(codes.filter((code) => code !== null)).toEqual(
    codes.flatMap((code) => (code === null ? [] : [4501])),
  );
  await person.end(session);
  const back = await person
    .stray(session)
    .connect()
    .catch((error: unknown) => error);
  expect(back).toBeInstanceOf(Lost);
  expect((back as Lost).end.code).toBe(4500);
  expect(errorOf(await person.refresh(session.refresh, session.device))).toBe("unauthorized");
  if (person.sessions.length === 0) await (await person.login()).connect();
}

export const ofSessions: Weighted[] = [
  { weight: 1, arbitrary: login },
  { weight: 4, arbitrary: refresh },
  { weight: 1, arbitrary: revoke },
  { weight: 1, arbitrary: trespass },
];
