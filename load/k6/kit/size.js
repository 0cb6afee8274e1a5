/** How large a run is: `k6 run -e NAME=VALUE …`. Times in seconds; a run stays below 9 minutes, for tokens live 10. */

/** A number of the environment. */
export function size(name, otherwise) {
  const text = __ENV[name];
  if (text === undefined || text === "") return otherwise;
  const value = Number(text);
  if (!(value >= 0)) throw new Error(`${name} must be a number, not "${text}"`);
  return value;
}

/** Where the server is. */
export const base = (__ENV.URL || "http://127.0.0.1:8080").replace(/\/$/, "");
