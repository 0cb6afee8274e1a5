import { describe, expect, test } from "bun:test";
import type { Client, Message } from "../../sdk/api.ts";
import { epoch, posted, reacted, start } from "./entries.ts";
import { online, type Setting, settled } from "./harness.ts";

const inRoom = (): Promise<Setting> =>
  online(({ server }) => {
    server.room("R", [posted(1, "ana", "one")]);
  });
const messages = (client: Client): Message[] =>
  client
    .room("R")
    .timeline.snapshot()
    .flatMap((row) => (row.type === "message" ? [row.message] : []));
const outcome = (promise: Promise<unknown>): Promise<unknown> => promise.catch((error) => error.code);

describe("an optimistic change", () => {
  test("of a reaction, an edit, a deletion shows at once and goes back when it is refused", async () => {
    const { client, server } = await inRoom();
    for (const op of ["room.react", "room.edit", "room.delete"]) server.on(op, () => "silence");
    const room = client.room("R");
    const changes = [
      outcome(room.react(1, "+", true)),
      outcome(room.edit(1, "uno")),
      outcome(room.remove(1)),
    ];
    await settled();
    expect(messages(client)[0]).toMatchObject({ deleted: true, text: "" });
    const refuse = (op: string): void => {
      const error = { code: "forbidden", message: "no", retryable: false };
      server.link.deliver({ re: server.link.ops(op)[0]?.id ?? 0, error });
    };
    refuse("room.react");
    await settled();
    refuse("room.edit");
    await settled();
    refuse("room.delete");
    expect(await Promise.all(changes)).toEqual(["forbidden", "forbidden", "forbidden"]);
    expect(messages(client)[0]).toMatchObject({ deleted: false, text: "one", reactions: [], editedAt: null });
  });

  test("becomes the truth by its line", async () => {
    const { client, server } = await inRoom();
    server.on("room.react", () => ({ ok: { seq: 2, n: 1, at: start, epoch } }));
    await client.room("R").react(1, "+", true);
    const [sent] = server.link.ops("room.react");
    server.push("R", { ...reacted(2, 1, "+", "me"), cid: String(sent?.in?.cid) });
    expect(messages(client)[0]?.reactions).toEqual([{ key: "+", users: ["me"] }]);
    expect(client.outbox.list()).toEqual([]);
  });
});
