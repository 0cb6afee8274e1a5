import type { SendStatus } from "../../sdk/api.ts";
import { Icon, type IconName } from "../parts/icon.tsx";

const looks: Record<SendStatus, { icon: IconName; says: string }> = {
  queued: { icon: "clock", says: "waiting to be sent" },
  sending: { icon: "clock", says: "being sent" },
  stored: { icon: "check", says: "sent" },
  delivered: { icon: "checks", says: "delivered" },
  read: { icon: "checks", says: "read" },
  failed: { icon: "alert", says: "not sent" },
};

export function Ticks({ status }: { status: SendStatus }) {
  const { icon, says } = looks[status];
  return (
    <span className={`ticks ticks-${status}`} title={says}>
      <Icon name={icon} size={16} />
      <span className="said">{says}</span>
    </span>
  );
}
