/** Reads what strace saw of a process's files: which bytes no completed sync has covered. */

/** Bytes that were written and may be lost in a power cut. */
export interface Extent {
  offset: number;
  bytes: number;
}

interface FileState {
  /** Written since the last completed sync, oldest first. */
  dirty: Extent[];
  /** Covered by a sync that failed: the kernel may have dropped them, and a later sync doesn't bring them back. */
  lost: Extent[];
}

export interface Trace {
  files: Map<string, FileState>;
  syncs: number;
  /** Syncs that were made to fail. */
  failedSyncs: number;
}

/** Arguments for strace: syncs and writes of all threads, with paths, without contents. */
export const straceArguments = [
  ...["-f", "--seccomp-bpf", "-y", "-qq", "-s", "0"],
  ...["-e", "trace=fsync,fdatasync,pwrite64,ftruncate,unlink"],
  ...["-e", "signal=none"],
];

const call = /^(\d+) +(fsync|fdatasync|pwrite64|ftruncate)\(\d+<([^>]*)>(?:, (.*?))?(\)| <unfinished)(.*)$/;
const unlinked = /^\d+ +unlink\("([^"]*)"/;
const resumed = /^(\d+) +<\.\.\. (fsync|fdatasync|pwrite64|ftruncate) resumed>.*?\) *= (-?\d+)/;

/** @param wanted which files matter, by path */
export function readTrace(text: string, wanted: (path: string) => boolean): Trace {
  const trace: Trace = { files: new Map(), syncs: 0, failedSyncs: 0 };
  /** Syncs under way, by thread: what they cover is what was dirty when they began. */
  const syncing = new Map<string, { state: FileState; covered: Extent[] }>();
  for (const line of text.split("\n")) {
    const [, thread = "", name = "", path = "", rest = "", end, tail = ""] = call.exec(line) ?? [];
    if (name !== "" && wanted(path)) {
      const state = stateOf(trace, path);
      if (name === "pwrite64") write(state, rest);
      else if (name === "ftruncate") truncate(state, Number(rest));
      else {
        syncing.set(thread, { state, covered: [...state.dirty] });
        if (end === ")") finish(trace, syncing, thread, /= 0\b/.test(tail));
      }
      continue;
    }
    // What comes later under this path is another file.
    trace.files.delete(unlinked.exec(line)?.[1] ?? "");
    const [, resumedThread = "", resumedName = "", result] = resumed.exec(line) ?? [];
    if (resumedName.endsWith("sync")) finish(trace, syncing, resumedThread, result === "0");
  }
  return trace;
}

function stateOf(trace: Trace, path: string): FileState {
  const state = trace.files.get(path) ?? { dirty: [], lost: [] };
  trace.files.set(path, state);
  return state;
}

/** `""..., 4096, 8272`: a write counts from its beginning on, whether or not it was seen to end. */
function write(state: FileState, rest: string): void {
  const [bytes = 0, offset = 0] = rest.split(", ").slice(-2).map(Number);
  const covers = (extent: Extent) =>
    offset <= extent.offset && extent.offset + extent.bytes <= offset + bytes;
  state.lost = state.lost.filter((extent) => !covers(extent));
  state.dirty.push({ offset, bytes });
}

function truncate(state: FileState, size: number): void {
  const within = ({ offset }: Extent) => offset < size;
  state.dirty = state.dirty.filter(within);
  state.lost = state.lost.filter(within);
}

function finish(
  trace: Trace,
  syncing: Map<string, { state: FileState; covered: Extent[] }>,
  thread: string,
  done: boolean,
): void {
  const sync = syncing.get(thread);
  syncing.delete(thread);
  if (!sync) return;
  trace.syncs++;
  const covered = new Set(sync.covered);
  sync.state.dirty = sync.state.dirty.filter((extent) => !covered.has(extent));
  if (done) return;
  trace.failedSyncs++;
  sync.state.lost.push(...sync.covered);
}
