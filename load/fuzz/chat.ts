/** Two people who go on talking while the shots fall; what they say must stay between them. */
import { randomBytes } from "node:crypto";
import { post, type Signed } from "../kit/http.ts";
import { Seat } from "../kit/seat.ts";

/** An ack that takes longer is a failed one. */
const ackMsMax = 5_000;
const pauseMs = 15;

export class Chat {
  posts = 0;
  failures: string[] = [];
  slowestAckMs = 0;
  /** Nobody else may ever see one of these. */
  readonly canaries: readonly string[];
  readonly room: string;
  readonly user: string;
  readonly #ana: Seat;
  readonly #ben: Seat;
  readonly #word: string;
  #heard = 0;
  #going = true;

  private constructor(ana: Seat, ben: Seat, room: string, word: string, secrets: string[], user: string) {
    this.#ana = ana;
    this.#ben = ben;
    this.room = room;
    this.#word = word;
    this.canaries = [word, ...secrets];
    this.user = user;
  }

  static async begin(base: string): Promise<Chat> {
    const port = Number(new URL(base).port);
    const word = `canary-${randomBytes(9).toString("hex")}`;
    const password = `secret-${randomBytes(9).toString("hex")}`;
    const signed = await Promise.all(
      ["ana", "ben"].map(async (name) => {
        const account = {
          name: `${name}${randomBytes(4).toString("hex")}`,
          display: "Somebody",
          password,
          device: "d",
        };
        return (await post(base, "/v1/register", account)) as Signed;
      }),
    );
    const [ana, ben] = signed as [Signed, Signed];
    const seats = await Promise.all([ana, ben].map(({ access }) => Seat.open(port, access, "chat")));
    const [anas, bens] = seats as [Seat, Seat];
    const made = { name: word, about: word, members: [ben.user], cid: Bun.randomUUIDv7() };
    const { room } = (await anas.request("room.create", made)) as { room: string };
    const secrets = signed.flatMap(({ access, refresh }) => [access, refresh]);
    const chat = new Chat(anas, bens, room, word, [password, ...secrets], ana.user);
    await Promise.all([anas.resume({ [room]: null }), bens.resume({ [room]: null })]);
    return chat;
  }

  /** Talks until `end`. */
  async talk(): Promise<void> {
    this.#ben.onFrame = (frame) => {
      if (frame.t !== "events" || frame.room !== this.room) return;
      for (const entry of frame.events) {
        if (!("kind" in entry) || entry.kind !== "posted") continue;
        this.#heard++;
        if (entry.text !== this.#text(this.#heard))
          this.failures.push(`post ${this.#heard} came in disorder`);
      }
    };
    const closed = (code: number | null) => {
      if (this.#going) this.failures.push(`a socket was closed with ${code}`);
    };
    this.#ana.onClosed = closed;
    this.#ben.onClosed = closed;
    while (this.#going) {
      const began = performance.now();
      try {
        const input = { room: this.room, cid: Bun.randomUUIDv7(), text: this.#text(this.posts + 1) };
        await this.#ana.request("room.post", input);
        this.posts++;
      } catch (error) {
        this.failures.push(`post ${this.posts + 1}: ${error instanceof Error ? error.message : error}`);
        if (this.failures.length > 10) return;
      }
      const took = performance.now() - began;
      this.slowestAckMs = Math.max(this.slowestAckMs, took);
      if (took > ackMsMax) this.failures.push(`post ${this.posts} took ${Math.round(took)} ms`);
      await Bun.sleep(pauseMs);
    }
  }

  /** Stops talking; every post that was acked must have been heard. */
  async end(talking: Promise<void>): Promise<void> {
    this.#going = false;
    await talking;
    for (let tries = 0; this.#heard < this.posts && tries < 100; tries++) await Bun.sleep(20);
    if (this.#heard !== this.posts) this.failures.push(`${this.posts} posts acked, ${this.#heard} heard`);
    this.#ana.close();
    this.#ben.close();
  }

  #text(number: number): string {
    return `${this.#word} ${number}`;
  }
}
