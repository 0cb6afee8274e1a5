/** A JSON Schema, as our schemas make them, as a TypeScript type. */
interface Schema {
  type?: string;
  const?: unknown;
  enum?: readonly unknown[];
  anyOf?: readonly Schema[];
  oneOf?: readonly Schema[];
  prefixItems?: readonly Schema[];
  items?: Schema | readonly Schema[];
  properties?: Record<string, Schema>;
  required?: readonly string[];
  additionalProperties?: Schema | boolean;
}

export function typeOf(given: object): string {
  const schema = given as Schema;
  const choice = schema.anyOf ?? schema.oneOf;
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((one) => JSON.stringify(one)).join(" | ");
  if (choice) return choice.map(typeOf).join(" | ");
  switch (schema.type) {
    case "object":
      return objectOf(schema);
    case "array":
      return arrayOf(schema);
    case "integer":
      return "number";
    case "string":
    case "number":
    case "boolean":
    case "null":
      return schema.type;
    default:
      return "unknown";
  }
}

function objectOf({ properties, required = [], additionalProperties }: Schema): string {
  if (properties === undefined || Object.keys(properties).length === 0) {
    const value = typeof additionalProperties === "object" ? typeOf(additionalProperties) : "never";
    return `Record<string, ${value}>`;
  }
  const fields = Object.entries(properties).map(
    ([name, value]) => `${name}${required.includes(name) ? "" : "?"}: ${typeOf(value)}`,
  );
  return `{ ${fields.join("; ")} }`;
}

function arrayOf({ prefixItems, items }: Schema): string {
  const tuple = prefixItems ?? (Array.isArray(items) ? (items as readonly Schema[]) : undefined);
  if (tuple) return `[${tuple.map(typeOf).join(", ")}]`;
  return `(${typeOf(items ?? {})})[]`;
}
