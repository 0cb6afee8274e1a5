import { residentBytes } from "../../kit/proc.ts";
import { TcpLink } from "../../kit/tcp-link.ts";
import type { Bot } from "../bots/bot.ts";
import type { Round } from "../round.ts";
import type { Scenario } from "../scenario.ts";

/** Come back, and resume (docs/protocol.md). */
const slow = 4001;
/** So much is said that it can't wait in buffers: two sockets' hold some megabytes. */
const textBytes = 16_000;
/** What a node may grow by while a reader stands still: its outbox, and what the heap takes before it is collected. */
const growth = { factor: 1.5, bytes: 150 * 1_048_576 } as const;

/** Only the socket of who doesn't read is closed; the node's memory stays, and everybody else notices nothing. */
export const slowReader: Scenario = {
  id: "F11",
  title: "readers take 1 KiB a second, or nothing",
  bounds: { silenceMs: 20_000 },
  witnesses: [],
  async play(round) {
    const { arena } = round;
    const healed = arena.fault("F11", "two readers");
    const before = arena.nodes.map(({ server }) => residentBytes(server.pid));
    const closed = arena.bots.map(closedAsSlow);
    const slowBefore = slowCloses(arena.meter);
    await using stack = new AsyncDisposableStack();
    await reader(round, stack, "crawling");
    await reader(round, stack, "stopped");
    round.textBytes = textBytes;
    try {
      // It doesn't hear of it itself: what it would read of it waits behind all the rest.
      await arena.until("the one that stopped was closed", () => slowCloses(arena.meter) > slowBefore);
      await round.ackedEverywhere();
    } finally {
      round.textBytes = 40;
    }
    for (const [i, node] of arena.nodes.entries()) {
      const was = before[i] ?? 0;
      const after = residentBytes(node.server.pid);
      const most = was * growth.factor + growth.bytes;
      round.levels.push({ node: arena.nameOf(node), what: "resident bytes", before: was, after, most });
    }
    const others = arena.bots.filter((bot, i) => closedAsSlow(bot) > (closed[i] ?? 0));
    if (others.length > 0) throw new Error(`${others.length} others were closed as slow`);
    healed();
  },
};

const closedAsSlow = ({ closes }: Bot): number => closes.get(slow) ?? 0;
const slowCloses = (meter: Round["arena"]["meter"]): number =>
  meter.total('starling_ws_closed_total{reason="slow"}');

/** A second device of somebody, over ways of its own. */
async function reader(
  { arena }: Round,
  stack: AsyncDisposableStack,
  kind: "crawling" | "stopped",
): Promise<void> {
  const links: TcpLink[] = [];
  for (const { port } of arena.nodes) links.push(stack.use(await TcpLink.to(port)));
  const doors = () =>
    arena.nodes.map((node, i) => ({
      node: arena.nameOf(node),
      url: `http://127.0.0.1:${links[i]?.port ?? 0}`,
    }));
  const bot = await arena.another(arena.chance.pick(arena.bots), kind, { doors });
  stack.defer(() => bot.client.close());
  for (const link of links) {
    if (kind === "stopped") link.cut("down");
    else link.downBytesPerSecond = 1_024;
  }
}
