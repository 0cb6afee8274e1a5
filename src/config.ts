/** Environment → typed config, all errors at once. */
import * as v from "valibot";

export interface Config {
  /** Default 127.0.0.1. */
  host: string;
  /** Default 8080; 0 takes a free one. */
  port: number;
  /** Folder of the embedded mode; default ./data. */
  data: string;
  /** Pages of other origins that may talk to us; default none. */
  origins: string[];
  /** Reverse proxies of ours in front; default 0. */
  proxies: number;
  /** `default` or `off` (for load tests). */
  rates: "default" | "off";
}

const services = ["NATS_URL", "MONGODB_URL", "S3_ENDPOINT"] as const;

const portRule = "must be a number from 0 to 65535";

const schema = v.object({
  HOST: v.optional(v.pipe(v.string(), v.minLength(1)), "127.0.0.1"),
  PORT: v.optional(
    v.pipe(v.string(), v.regex(/^\d+$/, portRule), v.transform(Number), v.maxValue(65_535, portRule)),
    "8080",
  ),
  STARLING_DATA: v.optional(v.pipe(v.string(), v.minLength(1)), "./data"),
  STARLING_ORIGINS: v.optional(v.string(), ""),
  STARLING_PROXIES: v.optional(
    v.pipe(v.string(), v.regex(/^\d+$/, "must be a whole number, 0 or more"), v.transform(Number)),
    "0",
  ),
  STARLING_RATES: v.optional(v.picklist(["default", "off"], "must be default or off"), "default"),
});

/** Kubernetes sets these for a service that is called starling. */
const notOurs = /^STARLING_(SERVICE_|PORT(_|$))/;

/** Variables that look like settings of ours and aren't: a misspelt one would do nothing, silently. */
export function strangersIn(env: Record<string, string | undefined>): string[] {
  const known = new Set([...Object.keys(schema.entries), "STARLING_ROLES"]);
  return Object.keys(env).filter(
    (name) => name.startsWith("STARLING_") && !known.has(name) && !notOurs.test(name),
  );
}

/** @throws Error with one line per wrong variable; values never appear in it */
export function readConfig(env: Record<string, string | undefined>): Config {
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
  for (const name of services) {
    if (env[name]) faults.push(`${name}: the cluster mode isn't in this version; unset it to run embedded`);
  }
  if (!parsed.success || faults.length > 0) throw new Error(`configuration:\n  ${faults.join("\n  ")}`);
  const { HOST, PORT, STARLING_DATA, STARLING_PROXIES, STARLING_RATES } = parsed.output;
  return {
    host: HOST,
    port: PORT,
    data: STARLING_DATA,
    origins,
    proxies: STARLING_PROXIES,
    rates: STARLING_RATES,
  };
}
