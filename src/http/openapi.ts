/** The OpenAPI 3.1 document, made from the catalogue: what runs is what it says. */
import { toJsonSchema } from "@valibot/to-json-schema";
import type * as v from "valibot";
import { errors } from "../../actors/room/errors.ts";
import type { AnyOperation } from "../operations/catalogue.ts";

interface ObjectSchema {
  properties?: Record<string, unknown>;
  required?: string[];
  [keyword: string]: unknown;
}

export function openApiOf(catalogue: readonly AnyOperation[], version: string) {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const operation of catalogue) {
    const path = operation.http.path.replace(/:(\w+)/g, "{$1}");
    paths[path] = { ...paths[path], [operation.http.method.toLowerCase()]: describe(operation) };
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "Starling",
      version,
      description:
        "The operations of a Starling server over HTTP. The same ones, with the same objects, go over the WebSocket at /ws.",
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    servers: [{ url: "/" }],
    tags: [...new Set(catalogue.map(nounOf))].map((name) => ({ name })),
    paths,
    components: {
      securitySchemes: { access: { type: "http", scheme: "bearer", bearerFormat: "JWT" } },
      schemas: { Error: errorSchema },
      responses: {
        Error: {
          description: "A refusal",
          content: { "application/json": { schema: { $ref: "#/components/schemas/Error" } } },
        },
      },
    },
  };
}

function describe(operation: AnyOperation) {
  const { http, input } = operation;
  const { properties = {}, required = [], ...keywords } = schemaOf(input, "input");
  const inPath = new Set([...http.path.matchAll(/:(\w+)/g)].map(([, name]) => name));
  const inBody = http.method !== "GET" && http.method !== "DELETE";
  const names = Object.keys(properties);
  const outside = names.filter((name) => inPath.has(name) || !inBody);
  const inside = names.filter((name) => !outside.includes(name));
  return {
    operationId: operation.name,
    summary: operation.summary,
    description: `Who may: ${operation.policy}.`,
    tags: [nounOf(operation)],
    security: operation.who === "anyone" ? [] : [{ access: [] }],
    parameters: outside.map((name) => ({
      name,
      in: inPath.has(name) ? "path" : "query",
      required: inPath.has(name) || required.includes(name),
      schema: properties[name],
    })),
    ...(inside.length > 0 && {
      requestBody: {
        required: true,
        content: {
          "application/json": {
            schema: {
              ...keywords,
              properties: Object.fromEntries(inside.map((name) => [name, properties[name]])),
              required: required.filter((name) => inside.includes(name)),
            },
          },
        },
      },
    }),
    responses: {
      200: {
        description: "Done",
        content: { "application/json": { schema: schemaOf(operation.output, "output") } },
      },
      default: { $ref: "#/components/responses/Error" },
    },
  };
}

function nounOf({ name }: AnyOperation): string {
  return name.split(".")[0] ?? name;
}

/** Checks and transforms that JSON Schema can't say are left out; lengths, patterns and titles stay. */
function schemaOf(schema: v.GenericSchema, typeMode: "input" | "output"): ObjectSchema {
  const { $schema: _, ...rest } = toJsonSchema(schema, {
    typeMode,
    target: "draft-2020-12",
    errorMode: "ignore",
    overrideAction: ({ valibotAction, jsonSchema }) => bytesSaid(valibotAction, jsonSchema),
  });
  return rest as ObjectSchema;
}

/** JSON Schema counts characters only. */
function bytesSaid<Schema extends object>(action: { type: string }, schema: Schema): Schema | undefined {
  if (action.type !== "max_bytes" || !("requirement" in action)) return undefined;
  const bytes = Number(action.requirement);
  return { ...schema, "x-maxBytes": bytes, description: `At most ${bytes} bytes in UTF-8` };
}

const errorSchema = {
  type: "object",
  required: ["error"],
  properties: {
    error: {
      type: "object",
      required: ["code", "message", "retryable"],
      properties: {
        code: {
          enum: Object.keys(errors),
          description: Object.entries(errors)
            .map(([code, { status, says }]) => `${code} (${status}): ${says}`)
            .join("; "),
        },
        message: { type: "string" },
        retryable: { type: "boolean", description: "The same request may succeed later" },
        field: { type: "string", description: "Dotted path of the wrong input field" },
        bound: { type: "number" },
        retryAfterMs: { type: "number" },
        now: { type: "number", description: "The server's clock, ms since 1970" },
      },
    },
  },
};
