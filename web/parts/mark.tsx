import { useId } from "react";

/** The starling. Same drawing as starling.svg. */
export function Mark({ size = 28 }: { size?: number }) {
  const sheen = useId();
  return (
    <svg className="mark" width={size} height={size} viewBox="0 0 32 32" aria-hidden="true">
      <defs>
        <linearGradient id={sheen} x1="4" y1="26" x2="28" y2="6" gradientUnits="userSpaceOnUse">
          <stop offset="0" className="sheen-tail" />
          <stop offset=".5" className="sheen-back" />
          <stop offset="1" className="sheen-head" />
        </linearGradient>
      </defs>
      <path
        fill={`url(#${sheen})`}
        d="M1.5 27.5 9 17.2C11.6 11 15.2 5.8 20.4 5.8c3 0 5.2 1.7 6 4.2l4.3 1.7-4.2 1.5C26 20 20.6 25.4 13 25.4c-2.1 0-3.8-.3-5.2-.9z"
      />
      <g fill="#fff">
        <circle cx="22.4" cy="10.4" r="1.2" />
        <g opacity=".75">
          <circle cx="17.6" cy="15" r=".8" />
          <circle cx="14.4" cy="18.6" r=".8" />
          <circle cx="19" cy="19" r=".8" />
          <circle cx="15.6" cy="22.2" r=".7" />
          <circle cx="11.6" cy="21.8" r=".7" />
        </g>
      </g>
    </svg>
  );
}
