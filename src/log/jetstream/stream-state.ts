/** What a stream says of itself. */
import type { Position } from "../../../actors/ports.ts";

export interface StreamState {
  /** Names its incarnation. */
  created: string;
  first: Position;
  last: Position;
  /** Its newest position was given so recently that nothing has left by age from there on. */
  young: boolean;
}

/** As the server tells it. `max_age` in ns. */
export interface StreamInfo {
  created: string;
  ts?: string;
  config: { max_age?: number };
  state: { first_seq: number; last_seq: number; last_ts: string };
}

export function stateOf({ created, ts = "", config, state }: StreamInfo): StreamState {
  const agedMs = Date.parse(ts) - Date.parse(state.last_ts);
  const young = agedMs < (config.max_age ?? 0) / 1_000_000;
  return { created, first: state.first_seq, last: state.last_seq, young };
}

/**
 * All that lies after a position is one that holds nothing and never did: a write that failed, on a full disk say, takes a
 * position with it.
 */
export const isBlankAfter = ({ first, last, young }: StreamState, position: Position): boolean =>
  young && last === position + 1 && first === last + 1;
