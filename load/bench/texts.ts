/** What is said: 128 bytes that name their number, so that every delivery can be compared with what was sent. */
const bytes = 128;

export function textOf(from: string, number: number): string {
  const head = `${from} ${number} `;
  return (
    head + "abcdefghijklmnopqrstuvwxyz".repeat(6).slice(number % 26, (number % 26) + bytes - head.length)
  );
}

export function commandOf(id: number, room: string, text: string): string {
  return `{"id":${id},"op":"room.post","in":{"room":"${room}","cid":"${Bun.randomUUIDv7()}","text":"${text}"}}`;
}

/** JSON with such a text of a measured window as a field: an event, or a letter. The text alone, quoted for a hash, is none. */
export const encodedText = /"text":"m \d+ [a-z]{20}/;
