/**
 * A lean WebSocket client over TCP (RFC 6455), for programs that hold thousands of sockets or send what no library
 * would: it hands out payloads without decoding them, and sends any bytes.
 */
import { randomBytes } from "node:crypto";
import type { Socket } from "bun";

export interface WireHandlers {
  /** A text frame. The view is valid only during the call. */
  text(payload: Buffer): void;
  /** `code` is null when the connection ended without a close frame. */
  closed(code: number | null, reason: string): void;
}

/** For whom what comes is nothing. */
export const deaf: WireHandlers = { text: () => {}, closed: () => {} };

const opText = 1;
const opClose = 8;
const opPing = 9;
const opPong = 10;

export class Wire {
  handlers: WireHandlers;
  #socket: Socket<Wire> | null = null;
  #upgraded = false;
  #carry: Buffer | null = null;
  #waiting: Uint8Array[] = [];
  #closeCode: number | null = null;
  #closeReason = "";
  #opened = Promise.withResolvers<Wire>();
  #ended = false;

  private constructor(handlers: WireHandlers) {
    this.handlers = handlers;
  }

  /** @throws {Error} when the server doesn't upgrade. */
  static async open(
    port: number,
    handlers: WireHandlers,
    path = "/ws",
    headers: Record<string, string> = {},
  ): Promise<Wire> {
    const wire = new Wire(handlers);
    wire.#socket = await Bun.connect({ hostname: "127.0.0.1", port, data: wire, socket: callbacks });
    // Two small writes in a row would wait 40 ms for the other side's delayed ack.
    wire.#socket.setNoDelay(true);
    wire.#write(
      Buffer.from(
        `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
          `Sec-WebSocket-Key: ${randomBytes(16).toString("base64")}\r\nSec-WebSocket-Version: 13\r\n` +
          "Sec-WebSocket-Protocol: starling.v1.json\r\n" +
          Object.entries(headers)
            .map(([name, value]) => `${name}: ${value}\r\n`)
            .join("") +
          "\r\n",
      ),
    );
    return wire.#opened.promise;
  }

  get open(): boolean {
    return !this.#ended;
  }

  send(text: string): void {
    this.#write(frameOf(opText, Buffer.from(text)));
  }

  /** Several frames in one write. */
  sendAll(texts: readonly string[]): void {
    this.#write(Buffer.concat(texts.map((text) => frameOf(opText, Buffer.from(text)))));
  }

  sendFrame(opcode: number, payload: Uint8Array): void {
    this.#write(frameOf(opcode, payload));
  }

  /** Bytes as they are, no frame around them. */
  sendBytes(bytes: Uint8Array): void {
    this.#write(bytes);
  }

  /** Resets the connection: no close frame, and no port left waiting. */
  drop(): void {
    this.#socket?.terminate();
  }

  /** The same, and nobody listens any more. */
  leave(): void {
    this.handlers = deaf;
    this.drop();
  }

  #write(bytes: Uint8Array): void {
    if (this.#ended) return;
    if (this.#waiting.length > 0) {
      this.#waiting.push(bytes);
      return;
    }
    const written = Math.max(0, this.#socket?.write(bytes) ?? 0);
    if (written < bytes.length) this.#waiting.push(bytes.subarray(written));
  }

  drained(): void {
    for (let head = this.#waiting.shift(); head; head = this.#waiting.shift()) {
      const written = Math.max(0, this.#socket?.write(head) ?? 0);
      if (written === head.length) continue;
      this.#waiting.unshift(head.subarray(written));
      return;
    }
  }

  received(chunk: Buffer): void {
    const bytes = this.#carry ? Buffer.concat([this.#carry, chunk]) : chunk;
    const used = this.#upgraded ? this.#frames(bytes, 0) : this.#handshake(bytes);
    this.#carry = used < bytes.length ? Buffer.from(bytes.subarray(used)) : null;
  }

  ended(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#opened.reject(new Error("the connection ended before it was upgraded"));
    if (this.#upgraded) this.handlers.closed(this.#closeCode, this.#closeReason);
  }

  #handshake(bytes: Buffer): number {
    const end = bytes.indexOf("\r\n\r\n");
    if (end === -1) return 0;
    const status = bytes.toString("latin1", 0, bytes.indexOf("\r\n"));
    if (!status.startsWith("HTTP/1.1 101")) {
      this.#opened.reject(new Error(`the server didn't upgrade: ${status}`));
      this.drop();
      return bytes.length;
    }
    this.#upgraded = true;
    this.#opened.resolve(this);
    return this.#frames(bytes, end + 4);
  }

  /** Handles whole frames from `at` on; returns how many bytes are used up. Servers don't mask. */
  #frames(bytes: Buffer, start: number): number {
    let at = start;
    while (bytes.length - at >= 2) {
      const opcode = (bytes[at] ?? 0) & 15;
      const short = (bytes[at + 1] ?? 0) & 127;
      const headBytes = short === 126 ? 4 : short === 127 ? 10 : 2;
      if (bytes.length - at < headBytes) return at;
      const size =
        short === 126
          ? bytes.readUInt16BE(at + 2)
          : short === 127
            ? Number(bytes.readBigUInt64BE(at + 2))
            : short;
      if (bytes.length - at < headBytes + size) return at;
      const from = at + headBytes;
      at = from + size;
      this.#handle(opcode, bytes.subarray(from, at));
    }
    return at;
  }

  #handle(opcode: number, payload: Buffer): void {
    if (opcode === opText) this.handlers.text(payload);
    else if (opcode === opPing) this.sendFrame(opPong, Buffer.from(payload));
    else if (opcode === opClose) {
      this.#closeCode = payload.length >= 2 ? payload.readUInt16BE(0) : 1005;
      this.#closeReason = payload.toString("utf8", 2);
      this.drop();
    }
  }
}

const callbacks = {
  data: (socket: Socket<Wire>, chunk: Buffer) => socket.data.received(chunk),
  drain: (socket: Socket<Wire>) => socket.data.drained(),
  close: (socket: Socket<Wire>) => socket.data.ended(),
  error: (socket: Socket<Wire>) => socket.data.ended(),
};

/** Clients must mask; the mask of zeros changes nothing and costs nothing. */
export function frameOf(opcode: number, payload: Uint8Array): Uint8Array {
  const headBytes = payload.length < 126 ? 6 : payload.length < 65_536 ? 8 : 14;
  const frame = Buffer.alloc(headBytes + payload.length);
  frame[0] = 128 | opcode;
  if (headBytes === 6) frame[1] = 128 | payload.length;
  else if (headBytes === 8) {
    frame[1] = 128 | 126;
    frame.writeUInt16BE(payload.length, 2);
  } else {
    frame[1] = 128 | 127;
    frame.writeBigUInt64BE(BigInt(payload.length), 2);
  }
  frame.set(payload, headBytes);
  return frame;
}
