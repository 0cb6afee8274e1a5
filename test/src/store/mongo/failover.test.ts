import { expect, test } from "bun:test";
import type { Store } from "../../../../actors/ports.ts";
import { platform } from "../../../../src/platform.ts";
import { openMongo } from "../../../../src/store/mongo/open.ts";
import { mongod, mongoForFile } from "../../../contract/mongo.ts";
import { posted } from "../../../contract/writes.ts";

/** Writes bulk after bulk, as the history reader would, and looks at what the store says, until it is told to stop. */
class Reader {
  /** Up to here, apply resolved. */
  confirmed = 0;
  refusals: string[] = [];
  /** What a look found that must not be. */
  violations: string[] = [];
  readonly #store: Store;
  #waiting: { position: number; resolve: () => void }[] = [];
  #stopped = false;

  constructor(store: Store) {
    this.#store = store;
  }

  async run(): Promise<void> {
    while (!this.#stopped) {
      const position = this.confirmed + 1;
      try {
        await this.#store.projection.apply([posted(position, "ana")], { stream: 0, position });
        this.confirmed = position;
        await this.#look();
        for (const { resolve } of this.#waiting.filter((one) => one.position <= position)) resolve();
      } catch (error) {
        this.refusals.push(error instanceof Error ? error.name : "no error");
      }
    }
  }

  async #look(): Promise<void> {
    const { projection, messages } = this.#store;
    const confirmed = this.confirmed;
    const checkpoint = await projection.checkpoint(0);
    const last = await messages.newestPost("r", Number.MAX_SAFE_INTEGER);
    if (checkpoint < confirmed) this.violations.push(`checkpoint ${checkpoint} after ${confirmed}`);
    if ((last ?? 0) < checkpoint) this.violations.push(`checkpoint ${checkpoint} before its document`);
  }

  /** Resolves when so many more were confirmed. */
  more(count: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.push({ position: this.confirmed + count, resolve });
    return promise;
  }

  stop(): void {
    this.#stopped = true;
  }
}

if (mongod === null) test.skip("MongoDB's failover (get it with: npm run parts mongod)", () => {});
else {
  const set = mongoForFile({ members: 3, electionMs: 1_000 });

  test("a stepped-down, a frozen and a killed primary cost time: nothing confirmed is lost, no read goes back", async () => {
    const mongod = await set();
    await using mongo = await openMongo({ url: mongod.url(), platform, withinMs: 2_000 });
    const reader = new Reader(mongo.store);
    const running = reader.run();
    await reader.more(20);

    await mongod.stepDown();
    await reader.more(20);

    const frozen = await mongod.primary();
    frozen.freeze();
    await reader.more(20);
    frozen.thaw();
    await reader.more(20);

    const killed = await mongod.primary();
    await killed.kill();
    await reader.more(20);
    await killed.start();
    await reader.more(20);

    reader.stop();
    await running;
    expect(reader.violations).toEqual([]);
    expect([...new Set(reader.refusals)].filter((name) => name !== "Unavailable")).toEqual([]);
    const stored = await mongo.store.messages.range("r", 1, reader.confirmed, reader.confirmed + 1);
    expect(stored.map(({ seq }) => seq)).toEqual(Array.from({ length: reader.confirmed }, (_, i) => i + 1));
  });
}
