import { readFile, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { codeOf } from '../../contracts/codeOf.js';
import { discard, temporaryName } from '../../contracts/runtime/temporaries.js';
import { makeFolders } from '../../contracts/runtime/makeFolders.js';
import { markedProcess, ownMark } from './processMark.js';
import { removeLock } from './removeLock.js';
import { setupError } from './setupError.js';
import { takeName } from './takeName.js';

/** A set-up in progress in this process. */
interface UnderWay {
  readonly signal: AbortSignal;
  /** Resolves when the set-up has released its folder. */
  readonly ended: Promise<void>;
}

/**
 * The set-ups of this process by the paths of their locks. All have the same process id, so the lock file cannot
 * distinguish them.
 */
const underWay = new Map<string, UnderWay>();

/** Takes the lock for this process. A lock of a process of this machine that no longer exists is ignored. */
const takeLock = async (path: string): Promise<void> => {
  // The file is written completely before it gets its final name, so that no reader sees a part of it.
  const draft = join(dirname(path), temporaryName());
  await writeFile(draft, ownMark());
  try {
    for (;;) {
      try {
        takeName(path, draft);
        return;
      } catch (error) {
        if (codeOf(error) !== 'EEXIST') throw error;
        const text = await readFile(path, 'utf8').catch(() => '');
        const { state, name, host } = markedProcess(text);
        // A container that was restarted has its name of before, and other process ids.
        if (state === 'elsewhere' && host !== hostname())
          throw setupError(
            `Another set-up is under way (${name}).`,
            `Wait until it is done; if there is none, remove ${path}.`,
          );
        if (state === 'running') throw setupError(`Another set-up is under way (${name}).`, 'Wait until it is done.');
        removeLock(path, text);
      }
    }
  } finally {
    await discard(draft);
  }
};

/**
 * Locks a folder against a second set-up, and creates it if it does not exist. If an unsubscribed set-up of this
 * process is about to end, it waits for it.
 */
export const lock = async (folder: string, signal: AbortSignal): Promise<() => Promise<void>> => {
  const path = join(folder, 'lock');
  for (let other = underWay.get(path); other !== undefined; other = underWay.get(path)) {
    if (!other.signal.aborted)
      throw setupError('Another set-up is under way in this process.', 'Wait until it is done.');
    await other.ended;
  }
  let end = (): void => undefined;
  underWay.set(path, { signal, ended: new Promise((done) => (end = done)) });
  const giveUp = (): void => {
    underWay.delete(path);
    end();
  };
  try {
    await makeFolders(folder);
    await takeLock(path);
  } catch (error) {
    giveUp();
    throw error;
  }
  return async () => {
    // If it stays, the next set-up finds that its process has ended.
    await discard(path);
    giveUp();
  };
};
