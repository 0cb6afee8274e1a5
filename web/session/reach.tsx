import type { ReactNode } from "react";
import { TroubleContext, useTroubleWatch } from "./connection.ts";

/** Says to all under it whether the server can be reached. */
export function Reach({ children }: { children: ReactNode }) {
  return <TroubleContext value={useTroubleWatch()}>{children}</TroubleContext>;
}
