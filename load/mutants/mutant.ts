/** A bug that we plant, or a change that means nothing; and the check that must see the first and not mind the second. */
export interface Mutant {
  name: string;
  /** Promise that it breaks (DESIGN §2); null: neutral, nothing may fail. */
  breaks: string | null;
  file: string;
  /** Stands exactly once in the file. At most five lines are changed. */
  from: string;
  to: string;
  /** Part of the name of the test that must fail, and the file where it stands; or the rule that the simulator must see broken. */
  caughtBy: { file: string; test: string } | { sim: string } | null;
}
