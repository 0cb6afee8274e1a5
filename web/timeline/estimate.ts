import type { Row } from "./rows.ts";

/** A first guess of a row's height in px; the true one is measured when it comes near the screen. */
export function estimate(row: Row | undefined, width: number): number {
  if (!row) return 40;
  switch (row.type) {
    case "start":
      return 220;
    case "day":
      return 48;
    case "unread":
      return 40;
    case "note":
      return 38;
    case "message": {
      const { message } = row;
      const perLine = Math.max(20, Math.min(width * 0.7, 560) / 7.6);
      const lines = message.text
        .split("\n")
        .reduce((sum, line) => sum + Math.max(1, Math.ceil(line.length / perLine)), 0);
      return (
        22 + lines * 21 + (row.head ? 10 : 0) + (message.re ? 50 : 0) + (message.reactions.length ? 38 : 0)
      );
    }
  }
}
