/** Some proxies tell the port too: `203.0.113.9:4711`, `[2001:db8::1]:4711`. */
const withPort = /^(?:\[(.*)\]|([\d.]+))(?::\d+)?$/;

/** What counts as one place: an IPv4 address, or the /64 that one IPv6 customer owns. */
export function addressKey(address: string): string {
  const [, v6, v4] = withPort.exec(address) ?? [];
  const bare = v6 ?? v4 ?? address;
  const plain = bare.startsWith("::ffff:") ? bare.slice(7) : bare;
  if (!plain.includes(":")) return plain;
  const [left = "", right] = plain.split("::");
  const head = left === "" ? [] : left.split(":");
  if (right !== undefined) {
    const tail = right === "" ? [] : right.split(":");
    while (head.length + tail.length < 8) head.push("0");
    head.push(...tail);
  }
  return `${head
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(":")}::/64`;
}
