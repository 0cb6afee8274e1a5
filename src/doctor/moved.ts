import type { MoveMark } from "../move/marks.ts";
import type { Finding } from "./finding.ts";

/** Of an installation that no server starts on until something else was done. */
export function movedFinding(mark: MoveMark | null): Finding | null {
  switch (mark) {
    case null:
      return null;
    case "closed":
      return {
        wrong: "this installation was closed by `starling export --final`",
        means: "no server starts on it, users are served where that file was imported",
        fix: "start that one; to come back here, export it as final and import it into a new folder or database",
      };
    case "importing":
      return {
        wrong: "an import into this installation was interrupted",
        means: "no server starts on the half of it",
        fix: "run `starling import FILE` again with the same file",
      };
    case "rebuilding":
      return {
        wrong: "a rebuild of this installation was interrupted",
        means: "no server starts on the half of it",
        fix: "run `starling doctor --rebuild` again",
      };
  }
}
