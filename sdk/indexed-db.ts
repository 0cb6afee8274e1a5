import type { Storage } from "./api.ts";

const table = "values";

/** Survives reloads in browsers; tabs share it. */
export function indexedDbStorage(name = "starling"): Storage {
  let opening: Promise<IDBDatabase> | null = null;

  function open(): Promise<IDBDatabase> {
    opening ??= new Promise((resolve, reject) => {
      const request = indexedDB.open(name, 1);
      request.onupgradeneeded = () => request.result.createObjectStore(table);
      request.onerror = () => {
        opening = null;
        reject(request.error);
      };
      request.onsuccess = () => {
        // Browsers close databases behind our back (storage pressure, another version): open again then.
        request.result.onclose = request.result.onversionchange = () => {
          request.result.close();
          opening = null;
        };
        resolve(request.result);
      };
    });
    return opening;
  }

  async function run<T>(mode: IDBTransactionMode, work: (store: IDBObjectStore) => T): Promise<T> {
    const transaction = (await open()).transaction(table, mode, { durability: "strict" });
    const done = new Promise<void>((resolve, reject) => {
      transaction.oncomplete = () => resolve();
      transaction.onerror = transaction.onabort = () => reject(transaction.error);
    });
    let result: T;
    try {
      result = work(transaction.objectStore(table));
    } catch (error) {
      // A value that can't be stored throws at once: what was put before it must not stay.
      done.catch(() => {});
      transaction.abort();
      throw error;
    }
    await done;
    return result;
  }

  return {
    get: async (key) => (await run("readonly", (store) => store.get(key))).result,
    async put(entries) {
      await run("readwrite", (store) => {
        for (const [key, value] of Object.entries(entries)) {
          if (value === undefined) store.delete(key);
          else store.put(value, key);
        }
      });
    },
    async keys(prefix) {
      const range = IDBKeyRange.bound(prefix, `${prefix}\uffff`);
      return (await run("readonly", (store) => store.getAllKeys(range))).result.map(String);
    },
    async clear() {
      await run("readwrite", (store) => store.clear());
    },
  };
}
