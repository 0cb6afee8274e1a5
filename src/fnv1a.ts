/** FNV-1a, 32 bit, of the UTF-16 units: of names and ids, which are ASCII, the same as of their bytes. Signed. */
export function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash;
}
