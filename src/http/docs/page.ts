/** Runs in the browser: renders /openapi.json. Text goes in as text, so nothing in it can become markup. */

interface Schema {
  type?: string | string[];
  pattern?: string;
  enum?: unknown[];
  const?: unknown;
  anyOf?: Schema[];
  items?: Schema;
  minLength?: number;
  maxLength?: number;
  "x-maxBytes"?: number;
  minItems?: number;
  maxItems?: number;
  minimum?: number;
  maximum?: number;
  properties?: Record<string, Schema>;
  required?: string[];
}

interface Operation {
  operationId: string;
  summary: string;
  description: string;
  tags: string[];
  parameters: { name: string; in: string; required: boolean; schema: Schema }[];
  requestBody?: { content: { "application/json": { schema: Schema } } };
  responses: { 200: { content: { "application/json": { schema: Schema } } } };
}

interface Document {
  info: { version: string; description: string };
  paths: Record<string, Record<string, Operation>>;
}

type Row = [name: string, where: string, schema: Schema, required: boolean];

function element(tag: string, className: string, ...children: (Node | string)[]): HTMLElement {
  const made = document.createElement(tag);
  if (className !== "") made.className = className;
  made.append(...children);
  return made;
}

function link(href: string, text: string): HTMLElement {
  const made = element("a", "", text);
  made.setAttribute("href", href);
  return made;
}

/** Words in which backticks mark code. */
function marked(text: string): (Node | string)[] {
  return text.split("`").map((part, i) => (i % 2 === 1 ? element("code", "", part) : part));
}

function typeOf(schema: Schema): string {
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((one) => JSON.stringify(one)).join(" | ");
  if (schema.anyOf) return schema.anyOf.map(typeOf).join(" | ");
  if (schema.items) return `list of ${typeOf(schema.items)}`;
  return [schema.type ?? "any"].flat().join(" | ");
}

function boundsOf(schema: Schema): string {
  const bounds: [string, unknown, string][] = [
    ["at least", schema.minLength, " characters"],
    ["at least", schema.minItems, " items"],
    ["at least", schema.minimum, ""],
    ["at most", schema.maxLength, " characters"],
    ["at most", schema["x-maxBytes"], " bytes"],
    ["at most", schema.maxItems, " items"],
    ["at most", schema.maximum, ""],
    ["matches", schema.pattern, ""],
  ];
  return bounds
    .filter(([, bound]) => bound !== undefined)
    .map(([word, bound, unit]) => `${word} ${bound}${unit}`)
    .join(", ");
}

function rowsOf({ parameters, requestBody }: Operation): Row[] {
  const body = requestBody?.content["application/json"].schema;
  const inBody = Object.entries(body?.properties ?? {}).map(
    ([name, schema]): Row => [name, "body", schema, body?.required?.includes(name) ?? false],
  );
  return [...parameters.map((one): Row => [one.name, one.in, one.schema, one.required]), ...inBody];
}

function inputTable(rows: Row[]): HTMLElement {
  if (rows.length === 0) return element("p", "dim", "No input.");
  const lines = rows.map(([name, where, schema, required]) =>
    element(
      "tr",
      "",
      element("td", "", element("code", "", name)),
      element("td", "dim", required ? where : `${where}, optional`),
      element("td", "", typeOf(schema)),
      element("td", "dim", boundsOf(schema)),
    ),
  );
  return element("table", "", ...lines);
}

function card(method: string, path: string, operation: Operation): HTMLElement {
  const output = operation.responses[200].content["application/json"].schema;
  const made = element(
    "article",
    "",
    element("h3", "", operation.operationId),
    element("p", "route", element("code", "", `${method.toUpperCase()} ${path}`)),
    element("p", "", ...marked(`${operation.summary}.`)),
    element("p", "dim", ...marked(operation.description)),
    inputTable(rowsOf(operation)),
    element(
      "details",
      "",
      element("summary", "", "Answer"),
      element("pre", "", JSON.stringify(output, null, 2)),
    ),
  );
  made.id = operation.operationId;
  return made;
}

const response = await fetch("/openapi.json");
const { info, paths } = (await response.json()) as Document;
const contents = document.getElementById("contents");
const operations = document.getElementById("operations");
document.getElementById("about")?.replaceChildren(`Version ${info.version}. ${info.description}`);
let group = "";
for (const [path, methods] of Object.entries(paths)) {
  for (const [method, operation] of Object.entries(methods)) {
    const [tag = ""] = operation.tags;
    if (tag !== group) contents?.append(element("h2", "", tag));
    group = tag;
    contents?.append(link(`#${operation.operationId}`, operation.operationId));
    operations?.append(card(method, path, operation));
  }
}
document.getElementById(location.hash.slice(1))?.scrollIntoView();

export {};
