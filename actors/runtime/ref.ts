import { limits } from "../limits.ts";
import type { Failure } from "./failure.ts";
import type { Kind } from "./kind.ts";
import type { Admission } from "./mailbox.ts";

/** The address of one actor. Always valid: the actor wakes when mail comes. */
export interface Ref<Message, Reply> {
  /**
   * Settles always, with a failure as a value. Never rejects.
   * @param options.timeoutMs default: limits.askTimeoutMs
   */
  ask(message: Message, options?: { timeoutMs: number }): Promise<Reply | Failure>;
  /**
   * Says at once what happened; never waits, never throws.
   * @param key what a coalescing message is about, e.g. `typing:<user>`; keys of different types must differ
   */
  tell(message: Message, key?: string): Admission;
}

export function refTo<Message, Reply>(kind: Kind<Message, Reply>, id: string): Ref<Message, Reply> {
  return {
    ask: (message, options) => kind.ask(id, message, options?.timeoutMs ?? limits.askTimeoutMs),
    tell: (message, key) => kind.tell(id, message, key),
  };
}
