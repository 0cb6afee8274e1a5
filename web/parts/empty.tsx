import type { ReactNode } from "react";
import { Murmuration } from "./murmuration.tsx";

interface Props {
  title: string;
  children: ReactNode;
}

export function Empty({ title, children }: Props) {
  return (
    <div className="empty">
      <Murmuration />
      <h2>{title}</h2>
      {children}
    </div>
  );
}
