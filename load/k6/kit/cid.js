/** A UUIDv7 in lower case: what names one durable command. */
export function cid() {
  const time = Date.now().toString(16).padStart(12, "0");
  const hex = (digits) =>
    Array.from({ length: digits }, () => Math.floor(Math.random() * 16).toString(16)).join("");
  const variant = "89ab"[Math.floor(Math.random() * 4)];
  return `${time.slice(0, 8)}-${time.slice(8)}-7${hex(3)}-${variant}${hex(3)}-${hex(12)}`;
}
