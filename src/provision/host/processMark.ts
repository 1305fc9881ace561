import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { isRunning } from './isRunning.js';

/** Where a value is unknown. */
const UNKNOWN = '-';

const read = (from: () => string): string => {
  try {
    return from().trim() || UNKNOWN;
  } catch {
    return UNKNOWN;
  }
};

/**
 * The start of this machine and the namespace of its process ids, between which a process id identifies a process. A
 * restart and each container have others. Unknown on systems other than Linux.
 */
const place = (): string => {
  const boot = read(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8'));
  const space = read(() => readlinkSync('/proc/self/ns/pid'));
  return boot === UNKNOWN || space === UNKNOWN ? UNKNOWN : `${boot}/${space.replaceAll(/\D/g, '')}`;
};

/** The position of the start time in `/proc/<pid>/stat`, after the name of the program, which may contain spaces. */
const START_FIELD = 19;

/** The start of a process that was killed, and whose parent has not asked for its status yet. */
const DEFUNCT = 'ended';

/** When a process started, in ticks since the start of the machine, which no clock changes. Unknown elsewhere. */
const startOf = (pid: number): string =>
  read(() => {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? DEFUNCT : (fields[START_FIELD] ?? '');
  });

/** This process in a lock file. */
export const ownMark = (): string => `${process.pid} ${hostname()} ${place()} ${startOf(process.pid)}`;

/** What is known of the process in a lock file. */
export interface MarkedProcess {
  /** `elsewhere`: on another machine or in another container, so that its process id says nothing here. */
  readonly state: 'running' | 'ended' | 'elsewhere';
  /** Its name in messages. */
  readonly name: string;
  /** The name of its machine. */
  readonly host: string;
}

/** Whether the process of a mark still runs. Its clock and that of this machine have no part in it. */
export const markedProcess = (text: string): MarkedProcess => {
  const [pid = '', host = hostname(), where = UNKNOWN, started = UNKNOWN] = text.split(' ');
  const id = Number(pid);
  const told = (state: MarkedProcess['state']): MarkedProcess => ({
    state,
    name: state === 'elsewhere' ? `process ${pid} on ${host}` : `process ${pid}`,
    host,
  });
  // An empty lock, as it is for a moment on a file system without links.
  if (!(id > 0)) return told('ended');
  const here = place();
  if (host !== hostname() || (where !== UNKNOWN && here !== UNKNOWN && where !== here)) return told('elsewhere');
  if (!isRunning(id)) return told('ended');
  const now = startOf(id);
  if (now === DEFUNCT) return told('ended');
  // Without a start time, the own process id is that of an earlier process, as in a restarted container.
  if (started === UNKNOWN || now === UNKNOWN) return told(id === process.pid ? 'ended' : 'running');
  return told(started === now ? 'running' : 'ended');
};
