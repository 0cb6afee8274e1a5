import { notify } from "./notices.tsx";

/** @param done said when it is on the clipboard */
export async function copy(text: string, done: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    notify(done);
  } catch {
    notify("The browser doesn’t allow copying here.");
  }
}
