/** Sending a durable command to a room: what all such operations share. */
import * as v from "valibot";
import type { Cid, RoomId } from "../../actors/ports.ts";
import type { Done, Refusal } from "../../actors/room/commands.ts";
import type { Draft } from "../rooms/edge.ts";
import { cidOf } from "./command-input.ts";
import type { Call, Caller } from "./operation.ts";
import type { Services } from "./services.ts";

/** What a durable command answers. */
export const done = v.object({ seq: v.number(), n: v.number(), at: v.number(), epoch: v.string() });

type Input = { cid: Cid; again?: boolean; [field: string]: unknown };

/** The body that the cid stands for is the whole input; `draft` is what the room is asked. */
export function sendTo(
  services: Services,
  { caller, connection }: Call & { caller: Caller },
  op: string,
  room: RoomId,
  input: Input,
  draft: Draft,
  deny?: Refusal,
): Promise<{ ok: Done } | { error: Refusal }> {
  const { cid, again, body } = cidOf(input);
  const hash = services.auth.ids.hashOf(op, body);
  return services.rooms.send({ user: caller.user, connection }, { room, draft, cid, again, hash, deny });
}
