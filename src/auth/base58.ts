const alphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

/** 128 bits always become this many characters: 58^22 > 2^128 > 58^21. */
const width = 22;

/** The first 16 bytes as 22 characters, padded on the left so that every id has one length. */
export function base58(bytes: Uint8Array): string {
  let value = 0n;
  for (const byte of bytes.subarray(0, 16)) value = (value << 8n) | BigInt(byte);
  let text = "";
  for (let i = 0; i < width; i++) {
    text = alphabet.charAt(Number(value % 58n)) + text;
    value /= 58n;
  }
  return text;
}
