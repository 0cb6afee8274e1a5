/** What a checkpoint remembers of its stream, against one real server. */
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import type { Anchor, Position } from "../../../actors/ports.ts";
import { part } from "../../../load/kit/parts.ts";
import { type AnchorState, LostLog } from "../../../src/log/jetstream/anchor.ts";
import type { JetStream } from "../../../src/log/jetstream/open.ts";
import { errorOf } from "../../contract/error-of.ts";
import { draft } from "../../contract/log.contract.ts";
import { blankable } from "../../support/blank.ts";
import { natsWorld } from "../../support/nats.ts";

const program = await part("nats-server");

describe.skipIf(program === null)("an anchor", () => {
  const world = natsWorld(program, 1);
  let nats: JetStream;
  beforeEach(async () => {
    nats = await world.open();
  });
  afterEach(async () => {
    await nats[Symbol.asyncDispose]();
    await world.empty();
  });

  const room = "r";

  async function fill(count: number): Promise<Position[]> {
    const positions: Position[] = [];
    for (let seq = 1; seq <= count; seq++) {
      positions.push(await nats.log.append(room, positions.at(-1) ?? 0, draft(room, seq)));
    }
    return positions;
  }

  /** What became of the stream since a checkpoint. */
  function stateOf(at: JetStream, anchor: Anchor): Promise<AnchorState> {
    return at.checkAnchor({ stream: at.log.streamOf(room), position: anchor.position, anchor });
  }

  test("holds while the stream is the one that it was taken from, and says when it is another", async () => {
    const stream = nats.log.streamOf(room);
    const positions = await fill(2);
    const anchor = await nats.anchorAt(stream, positions[0] ?? 0);
    expect(await stateOf(nats, anchor)).toBe("holds");
    expect(await stateOf(nats, { ...anchor, position: 99 })).toBe("shorter");
    expect(await stateOf(nats, { ...anchor, position: positions[1] ?? 0 })).toBe("rewritten");
    await world.empty();
    expect(await stateOf(nats, anchor)).toBe("missing");
    await using fresh = await world.open();
    expect(await stateOf(fresh, anchor)).toBe("new stream");
  });

  test("holds where a write that failed took the first position with it, which age can't have done yet", async () => {
    const stream = nats.log.streamOf(room);
    const { blank, purge } = await blankable(nats, stream);
    const anchor = await nats.anchorAt(stream, 0);
    const [first = 0] = await fill(1);
    await blank(first);
    expect((await nats.state(stream)).first).toBe(first + 1);
    expect(await stateOf(nats, anchor)).toBe("holds");
    // More of them aren't a failed write's: somebody purged the stream.
    await fill(3);
    await purge();
    expect(await stateOf(nats, anchor)).toBe("passed");
  });

  test("of what was just scanned is what the leader says of it", async () => {
    const stream = nats.log.streamOf(room);
    const [, last = 0] = await fill(2);
    const asked = await nats.anchorAt(stream, last);
    await nats.log.scan(stream, 0, 10);
    expect(await nats.anchorAt(stream, last)).toEqual(asked);
  });

  test("at the beginning holds too", async () => {
    expect(await stateOf(nats, await nats.anchorAt(nats.log.streamOf(room), 0))).toBe("holds");
  });

  test("that fails keeps the log shut, and nothing is made anew", async () => {
    const stream = nats.log.streamOf(room);
    const anchor = await nats.anchorAt(stream, 0);
    const checkpoints = [{ stream, position: 0, anchor }];
    await (await world.open({ checkpoints }))[Symbol.asyncDispose]();
    await world.empty();
    const error = await errorOf(world.open({ checkpoints }));
    expect(error).toBeInstanceOf(LostLog);
    expect(String(error)).toContain(`LOG_${stream} is missing, though documents were made from it`);
    expect(await stateOf(nats, anchor)).toBe("missing");
  });
});
