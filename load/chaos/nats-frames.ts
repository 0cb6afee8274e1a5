/** Cuts what a nats-server sends to a client into its protocol's frames. Pure but for what it carries over. */

export interface NatsFrame {
  /** null: no message (INFO, PING …). */
  subject: string | null;
  /** Whole, line ends included. */
  bytes: Buffer;
}

const message = /^H?MSG (\S+) .*?(\d+)$/;

export class NatsFrames {
  #carry: Buffer = Buffer.alloc(0);

  /** The frames that are whole now. */
  push(bytes: Buffer): NatsFrame[] {
    const all = this.#carry.length === 0 ? bytes : Buffer.concat([this.#carry, bytes]);
    const frames: NatsFrame[] = [];
    let at = 0;
    for (;;) {
      const lineEnd = all.indexOf("\r\n", at);
      if (lineEnd === -1) break;
      const [, subject = null, size = "0"] = message.exec(all.toString("latin1", at, lineEnd)) ?? [];
      // The last number is the size of headers and payload together; a line break follows them.
      const end = lineEnd + 2 + (subject === null ? 0 : Number(size) + 2);
      if (end > all.length) break;
      frames.push({ subject, bytes: all.subarray(at, end) });
      at = end;
    }
    this.#carry = Buffer.from(all.subarray(at));
    return frames;
  }
}
