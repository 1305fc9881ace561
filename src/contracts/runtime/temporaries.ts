import { createHash } from 'node:crypto';
import { lstat, readdir, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';

// What is written under a temporary name stays behind when its process is killed. The name says whose it is, so that a
// later process can tell what nobody will finish from what is being written.

/** Counts the temporaries of this process, so that two writes at once never share a name. */
let made = 0;

let host: string | undefined;

/** This machine, in 8 hexadecimal digits: folders on a network are shared by many. */
const thisHost = (): string => (host ??= createHash('sha256').update(hostname()).digest('hex').slice(0, 8));

const NAME = /^\.headwater-([0-9a-f]{8})-([0-9]+)-[0-9]+\.tmp$/;

/** What earlier versions named their temporaries. */
const EARLIER = /^(\.headwater-[0-9]+-[0-9]+|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})\.tmp$/;

/** The age from which what cannot be asked for its process is taken for left behind, in milliseconds: one hour. */
const LEFT_BEHIND = 3_600_000;

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: the process runs, and belongs to another user.
    return !(error instanceof Error && 'code' in error && error.code === 'ESRCH');
  }
};

/** A name for a temporary file or folder of this process. It does not grow with the name of the file to be. */
export const temporaryName = (): string => `.headwater-${thisHost()}-${process.pid}-${(made += 1)}.tmp`;

/**
 * Whether a file or folder is a temporary that a killed process has left behind.
 *
 * @param name its name
 * @param modified when it was last written, in milliseconds since 1970
 * @param now the present time, likewise
 */
export const isLeftBehind = (name: string, modified: number, now: number): boolean => {
  const [, madeOn, pid] = NAME.exec(name) ?? [];
  if (madeOn === undefined) return EARLIER.test(name) && now - modified > LEFT_BEHIND;
  if (madeOn !== thisHost()) return now - modified > LEFT_BEHIND;
  // In containers, processes often have the same id as the one that was killed: what is older than this process is not its own.
  if (Number(pid) === process.pid) return modified < now - process.uptime() * 1000;
  return !isAlive(Number(pid)) || now - modified > 24 * LEFT_BEHIND;
};

/**
 * Removes what killed processes have left behind in a folder under temporary names.
 *
 * @returns how many files and folders; none where there is no such folder
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
      // Somebody else's, or removed meanwhile: it stands in nobody's way.
    }
  }
  return cleared;
};
