import { limits } from "../../../actors/limits.ts";
import type { Attempts, Millis } from "../../../actors/ports.ts";
import type { Connection } from "./connection.ts";

export class MongoAttempts implements Attempts {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  async fail(key: string, at: Millis, windowMs: number): Promise<number> {
    const { attempts } = this.#connection.collections;
    const recent = {
      $filter: { input: { $ifNull: ["$at", []] }, as: "failed", cond: { $gt: ["$$failed", at - windowMs] } },
    };
    const failed = await this.#connection.run(async (session) => {
      await attempts.deleteMany({ until: { $lte: at } }, { session });
      return attempts.findOneAndUpdate(
        { _id: key },
        [
          {
            $set: {
              at: { $slice: [{ $concatArrays: [recent, [at]] }, -limits.attemptsPerKeyMax] },
              until: { $max: ["$until", at + windowMs] },
            },
          },
        ],
        { upsert: true, returnDocument: "after", session },
      );
    }, "counts");
    return failed?.at.length ?? 0;
  }

  async read(key: string, at: Millis, windowMs: number): Promise<{ count: number; lastAt: Millis }> {
    const { attempts } = this.#connection.collections;
    const document = await this.#connection.run((session) => attempts.findOne({ _id: key }, { session }));
    const recent = (document?.at ?? []).filter((failed) => failed > at - windowMs);
    return { count: recent.length, lastAt: Math.max(0, ...recent) };
  }

  async clear(key: string): Promise<void> {
    const { attempts } = this.#connection.collections;
    await this.#connection.run((session) => attempts.deleteOne({ _id: key }, { session }));
  }
}
