/** The main thread's end of the sender. */
import type { FromSender, Schedule, Seat, Sent, ToSender } from "./sender.ts";

export class SenderThread implements Disposable {
  readonly #worker = new Worker(new URL("./sender.ts", import.meta.url).href);
  #answer = Promise.withResolvers<FromSender>();

  private constructor() {
    this.#worker.onmessage = ({ data }: MessageEvent<FromSender>) => this.#answer.resolve(data);
    this.#worker.onerror = ({ message }) => this.#answer.reject(new Error(`the sender failed: ${message}`));
  }

  static async open(seats: readonly Seat[]): Promise<SenderThread> {
    const sender = new SenderThread();
    await sender.#ask({ open: { seats: [...seats] } });
    return sender;
  }

  /** Posts by the schedule; resolves when every command has its reply. */
  async run(schedule: Schedule): Promise<Sent> {
    const answer = await this.#ask({ run: schedule });
    if (!("sent" in answer)) throw new Error("the sender answered something else");
    return answer.sent;
  }

  [Symbol.dispose](): void {
    this.#worker.terminate();
  }

  async #ask(message: ToSender): Promise<FromSender> {
    this.#answer = Promise.withResolvers();
    this.#worker.postMessage(message);
    const answer = await this.#answer.promise;
    if ("failed" in answer) throw new Error(answer.failed);
    return answer;
  }
}
