/** How long an answer takes tells nobody what goes on in a room that they aren't in. */
import { expect, test } from "bun:test";
import { type Person, settle, startLive } from "../../support/live.ts";

async function given() {
  const node = await startLive();
  const [ana, bob, eve] = [await node.join("ana"), await node.join("bob"), await node.join("eve")];
  const room = await node.room(ana, [bob]);
  await node.call(ana, "room.post", { room, cid: node.cid(), text: "one" });
  await node.call(ana, "room.remove", { room, cid: node.cid(), user: bob.user });

  /** Whether it is answered without any time passing, asked while the documents are behind the log. */
  async function answersAtOnce(who: Person, op: string, ofRoom = room): Promise<boolean> {
    await node.history.caughtUp();
    await node.call(ana, "room.post", { room, cid: node.cid(), text: "two" });
    let answered = false;
    const note = () => {
      answered = true;
    };
    const input = op === "room.summaries" ? { rooms: [ofRoom] } : { room: ofRoom };
    const asked = node.call(who, op, input).then(note, note);
    await settle();
    const atOnce = answered;
    await node.history.caughtUp();
    node.platform.advance(50);
    await asked;
    return atOnce;
  }
  return { node, ana, bob, eve, answersAtOnce };
}

const asking = ["room.members", "room.banned", "room.receipts", "room.unread.explain", "room.summaries"];

for (const op of asking) {
  test(`${op} makes a stranger wait no longer for a busy room than for one that isn't there`, async () => {
    const { node, eve, answersAtOnce } = await given();
    expect(await answersAtOnce(eve, op, node.platform.id())).toBe(true);
    expect(await answersAtOnce(eve, op)).toBe(true);
  });

  test(`${op} makes a former member wait for nothing that came after them`, async () => {
    const { bob, answersAtOnce } = await given();
    expect(await answersAtOnce(bob, op)).toBe(true);
  });

  test(`${op} makes a member wait for the documents`, async () => {
    const { ana, answersAtOnce } = await given();
    expect(await answersAtOnce(ana, op)).toBe(false);
  });
}

test("a former member's counts wait for the documents up to the end of their time", async () => {
  const { node, ana, eve } = await given();
  const room = await node.room(ana, [eve]);
  await node.history.caughtUp();
  await node.call(ana, "room.post", { room, cid: node.cid(), text: "to all" });
  await node.call(ana, "room.remove", { room, cid: node.cid(), user: eve.user });
  const asked = node.call<{ seqs: number[]; seq: number }>(eve, "room.unread.explain", { room });
  await node.history.caughtUp();
  node.platform.advance(50);
  expect(await asked).toMatchObject({ seqs: [2], seq: 3 });
});
