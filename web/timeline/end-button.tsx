import { Icon } from "../parts/icon.tsx";

export function EndButton({ unread, onClick }: { unread: number; onClick: () => void }) {
  return (
    <button type="button" className="end-button" aria-label="Go to the newest message" onClick={onClick}>
      <Icon name="down" />
      {unread > 0 && <span className="badge">{unread > 99 ? "99+" : unread}</span>}
    </button>
  );
}
