/** Environment → typed config, all errors at once. */
import * as v from "valibot";
import { type NodeRole, nodeRoles } from "./cluster/members.ts";

export interface Config {
  /** Default 127.0.0.1. */
  host: string;
  /** Default 8080; 0 takes a free one. */
  port: number;
  /** Folder of the embedded mode; default ./data. */
  data: string;
  /** Where the cluster's services are; null: embedded. */
  cluster: { nats: string; mongo: string } | null;
  /** What this node of a cluster does; default everything. */
  roles: readonly NodeRole[];
  /** Pages of other origins that may talk to us; default none. */
  origins: string[];
  /** Reverse proxies of ours in front; default 0. */
  proxies: number;
  /** `default` or `off` (for load tests). */
  rates: "default" | "off";
}

/** What a cluster needs, and what their addresses begin with. */
const services = {
  NATS_URL: /^(nats|tls):\/\/[^,\s]+(,(nats|tls):\/\/[^,\s]+)*$/,
  MONGODB_URL: /^mongodb(\+srv)?:\/\/\S+$/,
} as const;

const examples: Record<keyof typeof services, string> = {
  NATS_URL: "nats://one:4222,nats://two:4222",
  MONGODB_URL: "mongodb://one,two,three/starling?replicaSet=rs0",
};

const portRule = "must be a number from 0 to 65535";
const emptyRule = "is empty: unset it, or give it a value";

const schema = v.object({
  HOST: v.optional(v.pipe(v.string(), v.minLength(1, emptyRule)), "127.0.0.1"),
  PORT: v.optional(
    v.pipe(v.string(), v.regex(/^\d+$/, portRule), v.transform(Number), v.maxValue(65_535, portRule)),
    "8080",
  ),
  STARLING_DATA: v.optional(v.pipe(v.string(), v.minLength(1, emptyRule)), "./data"),
  STARLING_ORIGINS: v.optional(v.string(), ""),
  STARLING_PROXIES: v.optional(
    v.pipe(v.string(), v.regex(/^\d+$/, "must be a whole number, 0 or more"), v.transform(Number)),
    "0",
  ),
  STARLING_RATES: v.optional(v.picklist(["default", "off"], "must be default or off"), "default"),
});

type Environment = Record<string, string | undefined>;

/** Kubernetes sets these for a service that is called starling. */
const notOurs = /^STARLING_(SERVICE_|PORT(_|$))/;

/** Variables that look like settings of ours and aren't: a misspelt one would do nothing, silently. */
export function strangersIn(env: Environment): string[] {
  const known = new Set([...Object.keys(schema.entries), "STARLING_ROLES", "STARLING_PARTS"]);
  return Object.keys(env).filter(
    (name) => name.startsWith("STARLING_") && !known.has(name) && !notOurs.test(name),
  );
}

/** @throws Error with one line per wrong variable; values never appear in it */
export function readConfig(env: Environment): Config {
  const faults: string[] = [];
  const parsed = v.safeParse(schema, env);
  if (!parsed.success) {
    for (const issue of parsed.issues) faults.push(`${v.getDotPath(issue) ?? "?"}: ${issue.message}`);
  }
  const origins = (env.STARLING_ORIGINS ?? "")
    .split(",")
    .map((origin) => origin.trim())
    .filter((origin) => origin !== "");
  for (const origin of origins) {
    if (!URL.canParse(origin) || new URL(origin).origin !== origin) {
      faults.push("STARLING_ORIGINS: must be origins like https://chat.example, separated by commas");
    }
  }
  const cluster = clusterOf(env, faults);
  const roles = rolesOf(env, cluster !== null, faults);
  if (env.S3_ENDPOINT) faults.push("S3_ENDPOINT: media isn't in this version; unset it");
  if (!parsed.success || faults.length > 0) throw new Error(`configuration:\n  ${faults.join("\n  ")}`);
  const { HOST, PORT, STARLING_DATA, STARLING_PROXIES, STARLING_RATES } = parsed.output;
  return {
    host: HOST,
    port: PORT,
    data: STARLING_DATA,
    cluster,
    roles,
    origins,
    proxies: STARLING_PROXIES,
    rates: STARLING_RATES,
  };
}

function clusterOf(env: Environment, faults: string[]): Config["cluster"] {
  const names = Object.keys(services) as (keyof typeof services)[];
  const set = names.filter((name) => env[name]);
  if (set.length === 0) return null;
  for (const name of names) {
    const url = env[name];
    if (!url) faults.push(`${name}: missing; a cluster needs it beside ${set.join(", ")}`);
    else if (!services[name].test(url)) faults.push(`${name}: must be an address like ${examples[name]}`);
  }
  return { nats: env.NATS_URL ?? "", mongo: env.MONGODB_URL ?? "" };
}

function rolesOf(env: Environment, inCluster: boolean, faults: string[]): NodeRole[] {
  const named = (env.STARLING_ROLES ?? "").split(",").map((role) => role.trim());
  const wanted = named.filter((role) => role !== "");
  if (wanted.length === 0) return [...nodeRoles];
  const roles = nodeRoles.filter((role) => wanted.includes(role));
  if (wanted.some((role) => !(nodeRoles as readonly string[]).includes(role))) {
    faults.push(`STARLING_ROLES: must be some of ${nodeRoles.join(", ")}, separated by commas`);
  } else if (!inCluster && roles.length < nodeRoles.length) {
    faults.push("STARLING_ROLES: an embedded node does everything; parts of it need a cluster");
  }
  return roles;
}
