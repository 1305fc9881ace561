import { createHash, randomInt } from 'node:crypto';
import { rmSync } from 'node:fs';
import { lstat, readdir, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { codeOf } from '../codeOf.js';

// A file with a temporary name stays when its process is killed. The name contains the host and the process, so that a
// later process can tell abandoned files from files that are being written.

/**
 * The numbers of temporary names count up from a random one. So two writes at the same time never share a name, and a
 * process tells its own names from those of an earlier process with the same id.
 */
const before = randomInt(2 ** 32);
let made = before;

const isOwn = (pid: number, ordinal: number): boolean => pid === process.pid && ordinal > before && ordinal <= made;

let host: string | undefined;

/** This machine, in 8 hexadecimal digits, because many machines may share a network folder. */
const thisHost = (): string => (host ??= createHash('sha256').update(hostname()).digest('hex').slice(0, 8));

const NAME = /^\.headwater-([0-9a-f]{8})-([0-9]+)-([0-9]+)\.tmp$/;

/** The temporary names of earlier versions. */
const EARLIER = /^(\.headwater-[0-9]+-[0-9]+|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})\.tmp$/;

/** The age in milliseconds (one hour) from which a file counts as abandoned if its process cannot be checked. */
const LEFT_BEHIND = 3_600_000;

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: the process runs, and belongs to another user.
    return codeOf(error) !== 'ESRCH';
  }
};

/** A name for a temporary file or folder of this process. Its length does not depend on the name of the final file. */
export const temporaryName = (): string => `.headwater-${thisHost()}-${process.pid}-${(made += 1)}.tmp`;

/**
 * Whether a file or folder is a temporary that a killed process left behind.
 *
 * @param name its name
 * @param modified when it was last written, in milliseconds since 1970
 * @param now the current time, in milliseconds since 1970
 */
export const isLeftBehind = (name: string, modified: number, now: number): boolean => {
  const [, madeOn, pid, ordinal] = NAME.exec(name) ?? [];
  if (madeOn === undefined) return EARLIER.test(name) && now - modified > LEFT_BEHIND;
  if (madeOn !== thisHost()) return now - modified > LEFT_BEHIND;
  // No time decides this: a file system may round it, and the clock of a file server may be wrong.
  if (isOwn(Number(pid), Number(ordinal))) return false;
  // In containers, a new process often has the id of the killed one. A file that is older than this process belongs to
  // that one; a later file may belong to another thread.
  if (Number(pid) === process.pid) return modified < now - process.uptime() * 1000;
  return !isAlive(Number(pid)) || now - modified > 24 * LEFT_BEHIND;
};

/**
 * Removes a temporary file or folder after an error. If that fails too, the first error is the one to report, and a
 * later process removes what is left.
 */
export const discard = async (path: string): Promise<void> => {
  await rm(path, { recursive: true, force: true }).catch(() => undefined);
};

/** Does the same at once, for example while the process exits. */
export const discardSync = (path: string): void => {
  try {
    rmSync(path, { recursive: true, force: true });
  } catch {
    // See `discard`.
  }
};

/**
 * Removes the temporary files and folders that killed processes left behind in a folder.
 *
 * @returns the number of files and folders removed; 0 where the folder does not exist
 */
export const clearLeftBehind = async (dir: string): Promise<number> => {
  let cleared = 0;
  for (const name of await readdir(dir).catch(() => [])) {
    if (!name.endsWith('.tmp')) continue;
    const path = join(dir, name);
    try {
      if (!isLeftBehind(name, (await lstat(path)).mtimeMs, Date.now())) continue;
      await rm(path, { recursive: true, force: true });
      cleared += 1;
    } catch {
      // It belongs to another user, or was removed meanwhile. It does no harm.
    }
  }
  return cleared;
};
