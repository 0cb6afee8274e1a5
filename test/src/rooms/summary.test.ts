import { expect, test } from "bun:test";
import { accessOf } from "../../../src/rooms/access.ts";
import { summaryOf } from "../../../src/rooms/summary.ts";
import { groupOfTwo, room, type WrittenRoom } from "./written-room.ts";

async function summaryFor(written: WrittenRoom, user: string) {
  const [access] = await accessOf(written, room, [user]);
  if (access === undefined) throw new Error("no access");
  return await summaryOf(written, room, access);
}

test("to a removed member a room stays what it was at their removal", async () => {
  const written = await groupOfTwo();
  await written.write("ana", { kind: "renamed", name: "Parrots" }, { kind: "access", join: "open" });
  const at = written.platform.now();
  const head = await written.write("ana", { kind: "removed", user: "bob" });
  written.platform.advance(1_000);
  await written.write(
    "ana",
    { kind: "renamed", name: "Without bob" },
    { kind: "described", about: "secret" },
    { kind: "history", history: "everyone" },
    { kind: "added", user: "cyd", role: "member" },
  );
  await written.project();
  expect(await summaryFor(written, "bob")).toMatchObject({
    name: "Parrots",
    about: "",
    history: "joined",
    join: "open",
    members: 0,
    at,
    head,
    role: null,
  });
  expect(await summaryFor(written, "ana")).toMatchObject({
    name: "Without bob",
    about: "secret",
    members: 2,
  });
});
