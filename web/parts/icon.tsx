import type { ReactNode } from "react";

const shapes = {
  plus: <path d="M12 5v14M5 12h14" />,
  search: <path d="m20 20-4.2-4.2M11 18a7 7 0 1 1 0-14 7 7 0 0 1 0 14Z" />,
  settings: (
    <>
      <path d="M4 7h9M19 7h1M4 17h1M11 17h9" />
      <circle cx="16" cy="7" r="2.6" />
      <circle cx="8" cy="17" r="2.6" />
    </>
  ),
  back: <path d="m14.5 5-7 7 7 7" />,
  panel: (
    <>
      <rect x="3.5" y="5" width="17" height="14" rx="3" />
      <path d="M14.5 5v14" />
    </>
  ),
  send: <path d="M12 19V5.5M5.8 11.5 12 5.2l6.2 6.3" />,
  reply: <path d="m9 7-5 5 5 5M4.5 12H14a6 6 0 0 1 6 6v.5" />,
  edit: <path d="m5 19 .8-4L15.9 4.9a2 2 0 0 1 2.8 0l.4.4a2 2 0 0 1 0 2.8L9 18.2 5 19ZM14 7l3 3" />,
  trash: <path d="M5 7h14M10 7V5h4v2M7 7l.8 12h8.4L17 7M10.5 10.5v5M13.5 10.5v5" />,
  smile: (
    <>
      <circle cx="12" cy="12" r="8" />
      <path d="M8.8 14a3.8 3.8 0 0 0 6.4 0M9.3 9.6v.2M14.7 9.6v.2" />
    </>
  ),
  more: <path d="M6 12h.01M12 12h.01M18 12h.01" strokeWidth="2.6" />,
  clock: (
    <>
      <circle cx="12" cy="12" r="7.5" />
      <path d="M12 8v4.2l2.6 1.6" />
    </>
  ),
  check: <path d="m6 12.6 4 4L18.5 8" />,
  checks: <path d="m2.5 12.8 3.8 3.8L14 9M11 16l.7.6L20.5 8" />,
  alert: (
    <>
      <circle cx="12" cy="12" r="8" />
      <path d="M12 7.8v5M12 16v.2" />
    </>
  ),
  close: <path d="m6.5 6.5 11 11M17.5 6.5l-11 11" />,
  person: (
    <>
      <circle cx="12" cy="8.5" r="3.8" />
      <path d="M5 19.5c.9-3.5 3.6-5.3 7-5.3s6.1 1.8 7 5.3" />
    </>
  ),
  people: (
    <>
      <circle cx="9" cy="9" r="3.3" />
      <path d="M3 19c.7-3.1 3-4.7 6-4.7s5.3 1.6 6 4.7M15.5 5.9a3.3 3.3 0 0 1 0 6.2M17.3 14.6c2 .6 3.2 2 3.7 4.4" />
    </>
  ),
  sun: (
    <>
      <circle cx="12" cy="12" r="3.8" />
      <path d="M12 3v1.8M12 19.2V21M3 12h1.8M19.2 12H21M5.6 5.6l1.3 1.3M17.1 17.1l1.3 1.3M18.4 5.6l-1.3 1.3M6.9 17.1l-1.3 1.3" />
    </>
  ),
  moon: <path d="M19.5 14.3A8 8 0 0 1 9.7 4.5a8 8 0 1 0 9.8 9.8Z" />,
  screen: (
    <>
      <rect x="3.5" y="5" width="17" height="11" rx="2" />
      <path d="M9 20h6M12 16v4" />
    </>
  ),
  keyboard: (
    <>
      <rect x="2.8" y="6.5" width="18.4" height="11" rx="2.5" />
      <path d="M6.5 10h.01M10.2 10h.01M13.8 10h.01M17.5 10h.01M8.5 14h7" />
    </>
  ),
  key: (
    <>
      <circle cx="8" cy="15.5" r="3.7" />
      <path d="M10.7 12.8 18.5 5M15.5 8l2.6 2.6" />
    </>
  ),
  laptop: (
    <>
      <rect x="5" y="6" width="14" height="9.5" rx="1.8" />
      <path d="M2.8 18.6h18.4" />
    </>
  ),
  link: (
    <path d="M10 14a4 4 0 0 0 5.7 0l3-3A4 4 0 0 0 13 5.3l-1 1M14 10a4 4 0 0 0-5.7 0l-3 3a4 4 0 0 0 5.7 5.7l1-1" />
  ),
  leave: <path d="M13.5 5H7a2 2 0 0 0-2 2v10a2 2 0 0 0 2 2h6.5M10.5 12H20M16.5 8.5 20 12l-3.5 3.5" />,
  down: <path d="m6 9.5 6 6 6-6" />,
  copy: (
    <>
      <rect x="8.5" y="8.5" width="11" height="11" rx="2.5" />
      <path d="M15.5 5.5A2 2 0 0 0 14 4.5H6.5a2 2 0 0 0-2 2V14a2 2 0 0 0 1 1.5" />
    </>
  ),
  retry: <path d="M19 12a7 7 0 1 1-2.1-5M19 4.5V8h-3.5" />,
  device: (
    <>
      <rect x="7" y="3.5" width="10" height="17" rx="2.5" />
      <path d="M11 17.5h2" />
    </>
  ),
} satisfies Record<string, ReactNode>;

export type IconName = keyof typeof shapes;

/** A line drawing of ours. Decorative: what it means is said by its button's label. */
export function Icon({ name, size = 20 }: { name: IconName; size?: number }) {
  return (
    <svg
      className="icon"
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.8"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      {shapes[name]}
    </svg>
  );
}
