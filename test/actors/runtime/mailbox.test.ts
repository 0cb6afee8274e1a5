import { describe, expect, test } from "bun:test";
import { Envelope } from "../../../actors/runtime/envelope.ts";
import { type Admission, Mailbox, type Overflow } from "../../../actors/runtime/mailbox.ts";

function boxOf(capacity: number) {
  const mailbox = new Mailbox<string, never>(capacity);
  return {
    mailbox,
    push: (message: string, overflow: Overflow = "reject", key: string | null = null): Admission =>
      mailbox.push(new Envelope(message, key, 0), overflow),
    drain(): string[] {
      const batch: Envelope<string, never>[] = [];
      mailbox.take(batch, Number.POSITIVE_INFINITY);
      return batch.map(({ message }) => message);
    },
  };
}

describe("a mailbox", () => {
  test("gives back what it took, oldest first, at most so many", () => {
    const { mailbox, push } = boxOf(3);
    for (const message of ["a", "b", "c"]) push(message);
    const batch: Envelope<string, never>[] = [];
    mailbox.take(batch, 2);
    expect(batch.map(({ message }) => message)).toEqual(["a", "b"]);
    expect(mailbox.depth).toBe(1);
  });

  test("refuses above its capacity, and admits again once there is room", () => {
    const { push, drain } = boxOf(2);
    expect(["a", "b", "c"].map((message) => push(message))).toEqual(["accepted", "accepted", "rejected"]);
    expect(drain()).toEqual(["a", "b"]);
    expect(push("d")).toBe("accepted");
  });

  test("coalesces by key: the newest takes the place of the queued one, full or not", () => {
    const { push, drain } = boxOf(3);
    push("ana types h", "coalesce", "ana");
    push("post");
    push("bo types", "coalesce", "bo");
    expect(push("ana types he", "coalesce", "ana")).toBe("coalesced");
    expect(push("cy types", "coalesce", "cy")).toBe("rejected");
    expect(drain()).toEqual(["ana types he", "post", "bo types"]);
  });

  test("coalesces only with what is still queued", () => {
    const { push, drain } = boxOf(3);
    push("first", "coalesce", "ana");
    drain();
    expect(push("second", "coalesce", "ana")).toBe("accepted");
    expect(drain()).toEqual(["second"]);
  });

  test("drops the oldest of its own sort when full, never a message that must not be lost", () => {
    const { push, drain } = boxOf(3);
    push("post 1");
    push("sample 1", "drop-oldest");
    push("sample 2", "drop-oldest");
    expect(push("sample 3", "drop-oldest")).toBe("dropped");
    expect(push("post 2")).toBe("rejected");
    expect(drain()).toEqual(["post 1", "sample 2", "sample 3"]);
  });

  test("refuses a droppable message when only others are queued", () => {
    const { push } = boxOf(1);
    push("post");
    expect(push("sample", "drop-oldest")).toBe("rejected");
  });

  test("drops its only one for the next", () => {
    const { push, drain } = boxOf(1);
    push("sample 1", "drop-oldest");
    expect(push("sample 2", "drop-oldest")).toBe("dropped");
    expect(drain()).toEqual(["sample 2"]);
  });

  test("drops only what is still queued", () => {
    const { push, drain } = boxOf(1);
    push("sample 1", "drop-oldest");
    drain();
    push("post");
    expect(push("sample 2", "drop-oldest")).toBe("rejected");
    expect(drain()).toEqual(["post"]);
  });

  test("closes the gap of what is removed from its middle", () => {
    const { mailbox, push, drain } = boxOf(3);
    push("a");
    const middle = new Envelope<string, never>("b", null, 0);
    mailbox.push(middle, "reject");
    push("c");
    mailbox.remove(middle);
    expect(push("d")).toBe("accepted");
    expect(drain()).toEqual(["a", "c", "d"]);
  });
});
