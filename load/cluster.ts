/**
 * `npm run cluster -- [--port 8080] [--nodes 3]`: three nats-servers, a MongoDB replica set and three nodes of ours on this machine,
 * and one address in front of them with the web page. Prints where everything is; ctrl-c stops all of it. What people wrote is
 * gone then.
 */
import { LocalCluster } from "./kit/cluster.ts";
import { flagsOf } from "./kit/flags.ts";
import { say, tableOf } from "./kit/report.ts";

const flags = flagsOf(process.argv.slice(2), { values: ["port", "nodes"] });
const stopping = Promise.withResolvers<void>();
process.removeAllListeners("SIGINT");
process.removeAllListeners("SIGTERM");
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => stopping.resolve());

say("starting NATS, MongoDB and the nodes …");
const cluster = await LocalCluster.start({
  nodes: flags.number("nodes", 3),
  mongo: 3,
  port: flags.number("port", 8080),
  env: { STARLING_RATES: "default" },
});
if (cluster === null) process.exit(1);
const { nodes, nats, mongo, balancer } = cluster;
console.log(
  tableOf(
    ["what", "address"],
    [
      ["open this", balancer.url],
      ...nodes.map(({ url }, i) => [`node ${i + 1}`, url]),
      ...nats.servers.map(({ name, url }) => [`NATS ${name}`, url]),
      ["MongoDB", mongo.url()],
    ],
  ),
);
console.log("ctrl-c stops all of it");
await stopping.promise;
say("stopping …");
await Promise.all(nodes.map((node) => node.stop()));
await cluster[Symbol.asyncDispose]();
process.exit(0);
