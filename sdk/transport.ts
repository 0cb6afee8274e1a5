/** The seam between the SDK and the network: text frames both ways, in order, until it closes. */
export interface TransportHandlers {
  /** Frames may be sent from now on. */
  opened(): void;
  message(text: string): void;
  /** Exactly once, also when it never opened. 4000–4499 come back, 4500–4999 stop, others come back. */
  closed(code: number, reason: string): void;
}

export interface Link {
  send(text: string): void;
  /** After this no handler need be called. */
  close(code: number): void;
}

export interface Transport {
  /** No handler is called before this returns. */
  open(handlers: TransportHandlers): Link;
}
