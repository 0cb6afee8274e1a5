interface Props {
  unread: number;
  mentions: number;
}

/** The server counts exactly up to a thousand. */
const exactMax = 1_000;

export function UnreadBadge({ unread, mentions }: Props) {
  if (unread === 0) return null;
  const count = unread > exactMax ? `${exactMax}+` : `${unread}`;
  return (
    <span className="badges">
      {mentions > 0 && (
        <span className="badge badge-mention">
          <span aria-hidden="true">@</span>
          <span className="said">you are mentioned,</span>
        </span>
      )}
      <span className="badge">
        {count}
        <span className="said"> unread</span>
      </span>
    </span>
  );
}
