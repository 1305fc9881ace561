import { mkdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { discardSync, temporaryName } from '../../contracts/runtime/temporaries.js';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import { isRunning } from '../../provision/host/isRunning.js';
import { takeName } from '../../provision/host/takeName.js';
import { codeOf } from '../../sinks/internal/codeOf.js';

/** How often the owner updates the lock, and how long another machine then considers it held. Milliseconds. */
const BEAT = 10_000;
const STALE = 60_000;

/** The holder of a lock if its process still exists. */
const isHeld = (path: string): string | undefined => {
  let text: string;
  let touched: number;
  try {
    text = readFileSync(path, 'utf8');
    touched = statSync(path).mtimeMs;
  } catch {
    return undefined;
  }
  const [pid = '', host = ''] = text.split(' ');
  // A process id has no meaning on another machine, and a restarted container counts as another machine.
  if (host !== hostname()) return Date.now() - touched < STALE ? `process ${pid} on ${host}` : undefined;
  return Number(pid) > 0 && Number(pid) !== process.pid && isRunning(Number(pid)) ? `process ${pid}` : undefined;
};

/**
 * Locks a folder of state for this process. If two processes wrote to it, each would lose what the other has seen.
 *
 * The lock of a killed process is ignored.
 *
 * @returns a function that releases the folder
 * @throws HeadwaterError `HW_USAGE` if another process holds it, `HW_WRITE` if it cannot be written
 */
export const stateLock = (folder: string): (() => void) => {
  const path = join(folder, 'lock');
  // A killed process leaves it, and a later one removes it.
  const draft = join(folder, temporaryName());
  try {
    mkdirSync(folder, { recursive: true });
    // The file is written completely before it gets its final name, so that no reader sees a part of it.
    writeFileSync(draft, `${process.pid} ${hostname()}`);
    for (;;) {
      try {
        takeName(path, draft);
        break;
      } catch (error) {
        if (codeOf(error) !== 'EEXIST') throw error;
        const holder = isHeld(path);
        if (holder !== undefined)
          throw new HeadwaterError(
            'HW_USAGE',
            `Another headwater keeps its state in ${folder} (${holder}). ` +
              'Give each a folder of its own with --state, or end the other.',
            { where: folder },
          );
        rmSync(path, { force: true });
      }
    }
  } catch (cause) {
    if (cause instanceof HeadwaterError) throw cause;
    throw new HeadwaterError(
      'HW_WRITE',
      `The state cannot be kept in ${folder} (${String(codeOf(cause) ?? cause)}). Check its ` +
        'permissions and the room on the disk, or choose another folder with --state.',
      { where: folder, cause },
    );
  } finally {
    discardSync(draft);
  }
  const beat = setInterval(() => {
    try {
      utimesSync(path, new Date(), new Date());
    } catch {
      // The folder was removed. The next write to it reports this.
    }
  }, BEAT);
  beat.unref();
  const release = (): void => {
    clearInterval(beat);
    process.off('exit', release);
    discardSync(path);
  };
  process.on('exit', release);
  return release;
};
