/** What the tests of rooms look at. */
import type { Client, Message } from "../../sdk/api.ts";
import { posted } from "./entries.ts";
import { online, type Setting } from "./harness.ts";

export const messages = (client: Client, room = "R"): Message[] =>
  client
    .room(room)
    .timeline.snapshot()
    .flatMap((row) => (row.type === "message" ? [row.message] : []));
export const texts = (client: Client): string[] => messages(client).map(({ text }) => text);
export const inRoom = (count = 1): Promise<Setting> =>
  online(({ server }) => {
    server.room(
      "R",
      Array.from({ length: count }, (_, i) => posted(i + 1, "ana", `m${i + 1}`)),
    );
  });
