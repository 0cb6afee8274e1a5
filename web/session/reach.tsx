import type { ReactNode } from "react";
import { NextTryContext, TroubleContext, useNextTryWatch, useTroubleWatch } from "./connection.ts";

/** Says to all under it whether the server can be reached, and when that is tried again. */
export function Reach({ children }: { children: ReactNode }) {
  return (
    <TroubleContext value={useTroubleWatch()}>
      <NextTryContext value={useNextTryWatch()}>{children}</NextTryContext>
    </TroubleContext>
  );
}
