/** Apart from every other end of the process, so that a supervisor can tell a failing disk from a bug. */
export const diskFailureExitCode = 70;

/** Ends the process at once: after a failed fsync nobody knows what is durable, so nothing more may be said. */
export function endProcess(reason: string): never {
  process.stderr.write(`starling: ${reason}; ending, so that nothing is acknowledged that may be lost\n`);
  process.exit(diskFailureExitCode);
}
