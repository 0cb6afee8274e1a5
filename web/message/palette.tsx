import type { ReactNode } from "react";

const skin = "#f5b93f";
const ink = "#4a2c00";

const face = (features: ReactNode) => (
  <>
    <circle cx="10" cy="10" r="8.6" fill={skin} />
    <g fill="none" stroke={ink} strokeWidth="1.5" strokeLinecap="round" strokeLinejoin="round">
      {features}
    </g>
  </>
);

/**
 * The reactions on offer. The key is what goes over the wire, and any client can show it; here each has a
 * drawing of ours, the same on every system.
 */
export const palette: readonly { key: string; name: string; drawing: ReactNode }[] = [
  {
    key: "👍",
    name: "Thumbs up",
    drawing: (
      <path
        fill={skin}
        d="M2.2 9.2h3v8h-3zM6.4 9 9.9 2.3c1.7 0 2.4 1.3 2.1 2.8L11.5 7.6h4.8c1.3 0 2 1.1 1.7 2.3l-1.5 5.7c-.3 1-1 1.6-2 1.6H8.6l-2.2-1z"
      />
    ),
  },
  {
    key: "❤️",
    name: "Heart",
    drawing: (
      <path
        fill="#e5484d"
        d="M10 17.3C4.7 13.7 2 10.8 2 7.5A4.2 4.2 0 0 1 6.3 3.2c1.5 0 2.9.8 3.7 2.1a4.4 4.4 0 0 1 3.7-2.1A4.2 4.2 0 0 1 18 7.5c0 3.3-2.7 6.2-8 9.8Z"
      />
    ),
  },
  {
    key: "😂",
    name: "Laughing",
    drawing: face(
      <>
        <path d="M5.3 8.3 7 7.1l1.5 1.2M11.5 8.3 13 7.1l1.7 1.2" />
        <path fill="#fff" d="M5.4 11.2h9.2a4.6 4.6 0 0 1-9.2 0Z" />
      </>,
    ),
  },
  {
    key: "😮",
    name: "Surprised",
    drawing: face(
      <>
        <path d="M6.8 7.4v.6M13.2 7.4v.6" strokeWidth="2" />
        <ellipse cx="10" cy="13" rx="1.9" ry="2.4" fill={ink} />
      </>,
    ),
  },
  {
    key: "😢",
    name: "Sad",
    drawing: face(
      <>
        <path d="M6.8 8v.5M13.2 8v.5" strokeWidth="2" />
        <path d="M7 14.5c1.6-2 4.4-2 6 0" />
        <path
          d="M14.3 10.4c1 1.3 1.5 2.2 1.5 2.9a1.5 1.5 0 0 1-3 0c0-.7.5-1.6 1.5-2.9Z"
          fill="#4aa3e0"
          stroke="none"
        />
      </>,
    ),
  },
  {
    key: "🎉",
    name: "Hooray",
    drawing: (
      <>
        <path fill={skin} d="m2.2 17.8 4.3-10.5 6.2 6.2z" />
        <path
          fill="none"
          stroke="#7a5af0"
          strokeWidth="1.7"
          strokeLinecap="round"
          d="M10.8 9.2c2.2-1.3 2.5-3.6 1.2-5.7M12.7 10.3c1.7-1.4 3.6-1.3 5.1.3"
        />
        <g>
          <circle cx="8.2" cy="3.6" r="1.2" fill="#e5484d" />
          <circle cx="16.3" cy="5.3" r="1.2" fill="#1c9a8e" />
          <circle cx="16.4" cy="14.6" r="1.2" fill="#d6409f" />
        </g>
      </>
    ),
  },
];

/** A reaction drawn; one that isn't ours is shown as it came. */
export function Reaction({ name }: { name: string }) {
  const known = palette.find((reaction) => reaction.key === name);
  if (!known) return <span aria-hidden="true">{name}</span>;
  return (
    <svg className="reaction-drawing" viewBox="0 0 20 20" width="18" height="18" aria-hidden="true">
      {known.drawing}
    </svg>
  );
}

export const reactionName = (key: string): string =>
  palette.find((reaction) => reaction.key === key)?.name ?? key;
