/** What the server says that it can do (OpenAPI), and inputs that fit it: the ground from which bad ones are grown. */
import type { Chance } from "../kit/chance.ts";
import { get } from "../kit/http.ts";

interface Schema {
  type?: string;
  enum?: unknown[];
  const?: unknown;
  anyOf?: Schema[];
  items?: Schema;
  properties?: Record<string, Schema>;
  pattern?: string;
  minimum?: number;
  minLength?: number;
}

export interface Operation {
  name: string;
  method: string;
  path: string;
  /** All fields of the input, by name: those of path, query and body. */
  fields: Record<string, Schema>;
  required: ReadonlySet<string>;
}

interface Document {
  paths: Record<string, Record<string, Described>>;
}

interface Described {
  operationId: string;
  parameters?: { name: string; required?: boolean; schema: Schema }[];
  requestBody?: {
    content: Record<string, { schema: { properties?: Record<string, Schema>; required?: string[] } }>;
  };
}

export async function readOperations(base: string): Promise<Operation[]> {
  const { paths } = (await get(base, "/openapi.json")) as Document;
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, described]): Operation => {
      const { operationId: name, parameters = [], requestBody } = described;
      const body = requestBody?.content["application/json"]?.schema ?? {};
      const fields = Object.fromEntries(parameters.map((parameter) => [parameter.name, parameter.schema]));
      const required = parameters
        .filter((parameter) => parameter.required)
        .map((parameter) => parameter.name);
      return {
        name,
        method: method.toUpperCase(),
        path,
        fields: { ...fields, ...body.properties },
        required: new Set([...required, ...(body.required ?? [])]),
      };
    }),
  );
}

/** Values that exist, by field name: rooms and users, one's own and others'. */
export interface Known {
  rooms: readonly string[];
  users: readonly string[];
}

/** JSON text of an input that fits, field by field; optional ones are there half of the time. */
export function fittingFields(operation: Operation, known: Known, chance: Chance): [string, string][] {
  return Object.entries(operation.fields)
    .filter(([name]) => operation.required.has(name) || chance.happens(0.5))
    .map(([name, schema]) => [name, JSON.stringify(fitting(name, schema, known, chance))]);
}

function fitting(name: string, schema: Schema, known: Known, chance: Chance): unknown {
  if (name === "room") return chance.pick(known.rooms);
  if (name === "user" || name === "with") return chance.pick(known.users);
  if (name === "cid") return Bun.randomUUIDv7();
  if (schema.const !== undefined) return schema.const;
  if (schema.enum) return chance.pick(schema.enum);
  if (schema.anyOf) return fitting(name, chance.pick(schema.anyOf), known, chance);
  switch (schema.type) {
    case "array":
      return Array.from({ length: chance.between(0, 3) }, () =>
        fitting(name.replace(/s$/u, ""), schema.items ?? {}, known, chance),
      );
    case "integer":
    case "number":
      return chance.between(schema.minimum ?? 0, 50);
    case "boolean":
      return chance.happens(0.5);
    case "object":
      return {};
    case "null":
      return null;
    default:
      return "x".repeat(Math.max(schema.minLength ?? 1, chance.between(1, 12)));
  }
}
