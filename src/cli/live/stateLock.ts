import {
  copyFileSync,
  constants,
  linkSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
  mkdirSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import { isRunning } from '../../provision/host/isRunning.js';

/** How often the owner shows that it lives, and how long after that another machine believes it. In ms. */
const BEAT = 10_000;
const STALE = 60_000;

const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : undefined);

/** Whether the process that holds a lock is still there. */
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
  // The number of a process says nothing on another machine, and a container that starts anew is another one.
  if (host !== hostname()) return Date.now() - touched < STALE ? `process ${pid} on ${host}` : undefined;
  return Number(pid) > 0 && Number(pid) !== process.pid && isRunning(Number(pid)) ? `process ${pid}` : undefined;
};

/** Gives a file a second name that nothing has yet; where there can be no links, by a copy. Fails with EEXIST. */
const takeName = (path: string, draft: string): void => {
  try {
    linkSync(draft, path);
  } catch (error) {
    if (codeOf(error) === 'EEXIST') throw error;
    // Some file systems, of USB sticks and of networks, have no links. For a moment the copy may be empty, and then
    // counts for nobody's.
    copyFileSync(draft, path, constants.COPYFILE_EXCL);
  }
};

/**
 * Keeps a folder of state for this process alone: two that write it would each lose what the other has seen.
 *
 * What a process left behind that was killed does not count.
 *
 * @returns gives the folder up
 * @throws HeadwaterError `HW_USAGE` where another process has it, `HW_WRITE` where it cannot be written to
 */
export const stateLock = (folder: string): (() => void) => {
  const path = join(folder, 'lock');
  const draft = `${path}.${hostname()}.${process.pid}`;
  try {
    mkdirSync(folder, { recursive: true });
    // The file is written completely before it is renamed, so that no reader sees a part of it.
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
            `Another headwater keeps its state in ${folder} (${holder}). Give each a folder of its own with --state, or end the other.`,
            { where: folder },
          );
        rmSync(path, { force: true });
      }
    }
  } catch (cause) {
    if (cause instanceof HeadwaterError) throw cause;
    throw new HeadwaterError(
      'HW_WRITE',
      `The state cannot be kept in ${folder} (${String(codeOf(cause) ?? cause)}). Check its permissions and the room on the disk, or choose another folder with --state.`,
      { where: folder, cause },
    );
  } finally {
    rmSync(draft, { force: true });
  }
  const beat = setInterval(() => {
    try {
      utimesSync(path, new Date(), new Date());
    } catch {
      // The folder is gone; whoever writes to it will say so.
    }
  }, BEAT);
  beat.unref();
  const release = (): void => {
    clearInterval(beat);
    process.off('exit', release);
    rmSync(path, { force: true });
  };
  process.on('exit', release);
  return release;
};
