import { Unavailable, UnknownOutcome } from "../../../actors/ports.ts";
import type { Operation } from "./group.ts";
import type { WriteOperations } from "./operations.ts";
import { pack } from "./parcel.ts";
import type { FromWriter, ToWriter } from "./writer-worker.ts";

export interface WriterOptions {
  /** Called once when nobody knows any more what is durable. The process must end: see fatal.ts. */
  fatal: (reason: string) => void;
  /** Largest size of the database in pages; default: as large as the disk. Tests fill it. */
  pagesMax?: number;
}

interface Pending {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** The main thread's end of the writing worker. What resolves is durable, in the order of the commits. */
export class Writer implements AsyncDisposable {
  #worker: Worker;
  #fatal: (reason: string) => void;
  #pending = new Map<number, Pending>();
  #batch: Operation[] = [];
  #lastId = 0;
  #state: "open" | "closing" | "failed" = "open";
  #opened = Promise.withResolvers<void>();
  #closed = Promise.withResolvers<void>();

  private constructor(options: WriterOptions) {
    this.#fatal = options.fatal;
    this.#worker = new Worker(new URL("./writer-worker.ts", import.meta.url).href);
    this.#worker.onmessage = ({ data }: MessageEvent<string>) =>
      this.#receive(JSON.parse(data) as FromWriter);
    this.#worker.onerror = (event) => this.#fail(event.message);
  }

  static async open(path: string, options: WriterOptions): Promise<Writer> {
    const writer = new Writer(options);
    writer.#send({ open: path, pagesMax: options.pagesMax ?? null });
    await writer.#opened.promise;
    return writer;
  }

  /**
   * Performs one write by name, in a transaction with whatever else waits.
   * @throws Unavailable (definite: nothing was written) | UnknownOutcome (the process ends)
   */
  run<K extends keyof WriteOperations>(
    name: K,
    ...args: Parameters<WriteOperations[K]>
  ): Promise<ReturnType<WriteOperations[K]>> {
    if (this.#state !== "open") return Promise.reject(new Unavailable("the database is closed"));
    // All writes of one turn travel as one message.
    if (this.#batch.length === 0) queueMicrotask(() => this.#flush());
    const id = ++this.#lastId;
    this.#batch.push({ id, name, args });
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve: (value) => resolve(value as ReturnType<WriteOperations[K]>), reject });
    });
  }

  /** Performs what waits, then closes. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#state === "open") {
      this.#flush();
      this.#state = "closing";
      this.#send({ close: true });
    }
    await this.#closed.promise;
    this.#worker.terminate();
  }

  #flush(): void {
    const operations = this.#batch;
    this.#batch = [];
    if (operations.length > 0) this.#send(pack(operations));
  }

  #send(message: ToWriter): void {
    this.#worker.postMessage(message);
  }

  #receive(message: FromWriter): void {
    if ("opened" in message) this.#opened.resolve();
    else if ("closed" in message) this.#closed.resolve();
    else if ("failed" in message) this.#fail(message.failed);
    else for (const outcome of message.outcomes) this.#settle(outcome);
  }

  #settle(outcome: Extract<FromWriter, { outcomes: unknown }>["outcomes"][number]): void {
    const pending = this.#pending.get(outcome.id);
    this.#pending.delete(outcome.id);
    if (!("error" in outcome)) pending?.resolve(outcome.value);
    else pending?.reject(outcome.refused ? new Unavailable(outcome.error) : new Error(outcome.error));
  }

  #fail(reason: string): void {
    if (this.#state === "failed") return;
    this.#state = "failed";
    this.#opened.reject(new Error(reason));
    this.#closed.resolve();
    // First the end of the process: whoever hears of a rejection must not be able to say anything.
    this.#fatal(reason);
    for (const { reject } of this.#pending.values()) reject(new UnknownOutcome(reason));
    this.#pending.clear();
  }
}
