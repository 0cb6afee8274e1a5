import type { Storage } from "./api.ts";

/** Forgets everything when the program ends. The default. */
export function memoryStorage(): Storage {
  const values = new Map<string, unknown>();
  return {
    get: async (key) => values.get(key),
    async put(entries) {
      for (const [key, value] of Object.entries(entries)) {
        if (value === undefined) values.delete(key);
        else values.set(key, value);
      }
    },
    keys: async (prefix) => [...values.keys()].filter((key) => key.startsWith(prefix)).sort(),
    clear: async () => values.clear(),
  };
}
