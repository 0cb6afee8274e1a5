/** What changed in an account above a version, page by page. */
import { limits } from "../../actors/limits.ts";
import type { Item, Items, UserId } from "../../actors/ports.ts";

export interface Delta {
  /** What to ask after next; the account's version when there is no more. */
  version: number;
  items: Item[];
  more: boolean;
}

export async function deltaOf(items: Items, user: UserId, since: number): Promise<Delta> {
  const found = await items.since(user, since, limits.syncItemsMax + 1);
  return pageOf(found.items, found.version);
}

/** At most limits.syncItemsMax: items that share a version (one transaction) stay together, or the rest would never be sent. */
export function pageOf(items: readonly Item[], version: number): Delta {
  const beyond = items[limits.syncItemsMax];
  if (!beyond) return { version, items: [...items], more: false };
  const page = items.filter((item) => item.version < beyond.version);
  const last = page.at(-1);
  if (!last) throw new Error("one transaction changed more items than a page holds");
  return { version: last.version, items: page, more: true };
}
