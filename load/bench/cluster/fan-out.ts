/** One room of a thousand listeners on one node, over two and over three: what being several costs. */
import { liveSubject, streamName, streamOf } from "../../../src/log/jetstream/subjects.ts";
import { median, quantile } from "../../kit/stats.ts";
import type { Outcome } from "../outcome.ts";
import { interleave, ratios } from "../rounds.ts";
import { atMost, type Row, row } from "../row.ts";
import { Side, type Window } from "../side.ts";
import { carried, perMessage } from "./broker.ts";
import { encodes } from "./encodes.ts";
import { ClusterSubject } from "./subject.ts";

const listenersCount = 1_000;
const singles = { size: 1, everyMs: 50 };
const gate = { quantile: 1, boundMs: 20 };
const warmUpMessages = 150;
/** Of the window in which brokers and encodes are counted. */
const countedMessages = 60;

interface Hall {
  nodes: 1 | 2 | 3;
  room: string;
  side: Side;
}

export async function fanOut(rounds: number, seconds: number): Promise<Outcome | null> {
  await using subject = await ClusterSubject.start(listenersCount + 1);
  if (subject === null) return null;
  await using stack = new AsyncDisposableStack();
  // All rooms first: a socket that is open enters whatever room its user is added to.
  const rooms = [];
  for (const nodes of [1, 2, 3] as const) rooms.push({ nodes, room: await subject.room(subject.people) });
  const halls: [Hall, Hall, Hall] = [
    await open(subject, rooms, 1, stack),
    await open(subject, rooms, 2, stack),
    await open(subject, rooms, 3, stack),
  ];
  for (const { side } of halls) await side.window({ bursts: warmUpMessages, size: 1, everyMs: 25 });
  const [one, two, three] = halls.map(({ side }) => side) as [Side, Side, Side];
  const schedule = { ...singles, bursts: (seconds * 1_000) / singles.everyMs };
  const found = await interleave(rounds, gate, { one, two, three }, schedule);
  const counted: Row[] = [];
  for (const hall of halls) counted.push(...(await count(subject, hall, found.faults)));

  const perDelivery = ({ cpu, deliveries }: Window) => (cpu / deliveries) * 1e6;
  const latency = (q: number) => (window: Window) => quantile(window.deliveriesMs, q);
  const added = (q: number) => found.rounds.map((round) => latency(q)(round.two) - latency(q)(round.one));
  const of = (name: "one" | "two" | "three", figure: (window: Window) => number) =>
    found.rounds.map((round) => figure(round[name]));
  return {
    rows: [
      row("1 × 1000 over two nodes: added latency p50", "ms", added(0.5)),
      row("1 × 1000 over two nodes: added latency p99", "ms", added(0.99)),
      row("   delivery on one node, p50", "ms", of("one", latency(0.5))),
      row("   delivery on one node, p99", "ms", of("one", latency(0.99))),
      row(
        "   ack on one node, p50",
        "ms",
        of("one", ({ acksMs }) => median(acksMs)),
      ),
      row("CPU per delivery, two nodes ÷ one", "×", ratios(found.rounds, "two", "one", perDelivery)),
      row("CPU per delivery, three nodes ÷ one", "×", ratios(found.rounds, "three", "one", perDelivery)),
      row("   one node", "µs", of("one", perDelivery)),
      row("   two nodes", "µs", of("two", perDelivery)),
      row("   three nodes", "µs", of("three", perDelivery)),
      ...counted,
    ],
    voids: found.voids,
    noisy: found.noisy,
    faults: found.faults,
  };
}

/** The sender is where the room's owner is, so that no command travels between nodes. */
async function open(
  subject: ClusterSubject,
  rooms: readonly { nodes: Hall["nodes"]; room: string }[],
  nodes: Hall["nodes"],
  stack: AsyncDisposableStack,
): Promise<Hall> {
  const room = rooms.find((each) => each.nodes === nodes)?.room ?? "";
  const servers = (await subject.ownerFirst(room)).slice(0, nodes);
  const [sender, ...listeners] = subject.people;
  if (sender === undefined) throw new Error("nobody is there");
  const side = stack.use(await Side.open(subject, [{ room, sender, listeners, servers }]));
  return { nodes, room, side };
}

async function count(subject: ClusterSubject, { nodes, room, side }: Hall, faults: string[]): Promise<Row[]> {
  const broker = () => carried(subject.cluster.nats, streamName(streamOf(room)), liveSubject(room));
  const encoded = () => encodes(subject.servers);
  const before = { broker: await broker(), encodes: await encoded() };
  const window = await side.window({ ...singles, bursts: countedMessages });
  faults.push(...window.faults);
  const { records, copies, all } = perMessage(before.broker, await broker(), countedMessages);
  const perText = ((await encoded()) - before.encodes) / countedMessages;
  const where = nodes === 1 ? "members on 1 node" : `members on ${nodes} nodes`;
  return [
    row(`${where}: records and copies in NATS per message`, "", [records + copies], atMost(1 + nodes)),
    row(`   ${where}: all that passes between nodes and NATS`, "", [all]),
    row(`${where}: encodes per message`, "", [perText], atMost(1)),
  ];
}
