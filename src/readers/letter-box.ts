import { limits } from "../../actors/limits.ts";
import type { Position, RoomId, Store } from "../../actors/ports.ts";
import { type DeadLetter, deadLetters, dropLetter, keepLetter } from "./dead-letters.ts";

/** The dead letters of one reader's stream, as its reader knows them. */
export class LetterBox {
  readonly #secrets: Store["secrets"];
  readonly #of: Pick<DeadLetter, "reader" | "stream">;
  /** null: not looked at yet. */
  #letters: Map<RoomId, DeadLetter> | null = null;

  constructor(secrets: Store["secrets"], of: Pick<DeadLetter, "reader" | "stream">) {
    this.#secrets = secrets;
    this.#of = of;
  }

  async put(letter: DeadLetter): Promise<void> {
    const letters = await this.#opened();
    const before = letters.get(letter.room);
    if (before === undefined && letters.size >= limits.deadLettersMax) return;
    await keepLetter(this.#secrets, letter);
    letters.set(letter.room, letter);
    if (before !== undefined && before.position !== letter.position) await dropLetter(this.#secrets, before);
  }

  /** There may be too many rooms for all of them to have a letter. */
  holds(room: RoomId): boolean {
    return this.#letters?.has(room) ?? false;
  }

  /** What lies behind the cursor and isn't parked has been applied, here or by whoever read before. */
  async dropLanded(cursor: Position, parked: ReadonlyMap<RoomId, Position>): Promise<void> {
    const letters = await this.#opened();
    for (const [room, letter] of letters) {
      if (letter.position > cursor || parked.has(room)) continue;
      await dropLetter(this.#secrets, letter);
      letters.delete(room);
    }
  }

  async #opened(): Promise<Map<RoomId, DeadLetter>> {
    if (this.#letters === null) {
      const found = await deadLetters(this.#secrets, this.#of);
      this.#letters = new Map(found.map((letter) => [letter.room, letter]));
    }
    return this.#letters;
  }
}
