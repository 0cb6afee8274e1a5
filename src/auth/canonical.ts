/**
 * JSON with sorted keys and without spaces: equal values give equal text, whatever the order in which a
 * client wrote its fields. Fields that are `undefined` are absent, as in JSON.stringify.
 */
export function canonical(value: unknown): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  const record = value as Record<string, unknown>;
  let fields = "";
  for (const key of Object.keys(record).sort()) {
    const field = record[key];
    if (field !== undefined) fields += `${fields && ","}${JSON.stringify(key)}:${canonical(field)}`;
  }
  return `{${fields}}`;
}
