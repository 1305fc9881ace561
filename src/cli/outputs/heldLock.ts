import { closeSync, fstatSync, openSync, readFileSync, rmdirSync, utimesSync, writeFileSync } from 'node:fs';
import type { Writable } from 'node:stream';
import { dirname, join, resolve } from 'node:path';
import {
  defer,
  finalize,
  from,
  map,
  mergeMap,
  type Observable,
  of,
  Subject,
  switchMap,
  takeUntil,
  throwError,
  timer,
} from 'rxjs';
import { clearLeftBehind, discardSync, temporaryName } from '../../contracts/runtime/temporaries.js';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import { markedProcess, ownMark } from '../../provision/host/processMark.js';
import { removeLock } from '../../provision/host/removeLock.js';
import { takeName } from '../../provision/host/takeName.js';
import { codeOf } from '../../contracts/codeOf.js';
import { makeFoldersSync } from '../../contracts/runtime/makeFolders.js';

/** How often the owner touches the lock, and how long another machine waits for it to do so. Milliseconds. */
const TIMES = { beat: 10_000, patience: 30_000 };

/** After so many locks of ended processes that could not be removed, the lock is not taken. */
const MOST_TRIES = 100;

/** Something that only one process may write to at a time. */
export interface Locked {
  /** The file of the lock. Its folder is created if it does not exist. */
  readonly path: string;
  /** What the other process does, for example `writes its model to models/news`. */
  readonly use: string;
  /** What each process needs of its own, for example `folder`, and the option that names it. */
  readonly needs: string;
  readonly option: string;
  /** What is locked, for messages. */
  readonly where: string;
}

/** What `heldLock` tells others. */
export interface LockOptions {
  /** Receives a line if it has to wait. */
  readonly stderr: Writable;
  /** Receives an error if another process has taken the lock, because this one was suspended for long. */
  readonly failed: { next(error: HeadwaterError): void };
  /** Default: a touch every ten seconds, for which other machines wait thirty. */
  readonly times?: typeof TIMES | undefined;
}

/** A lock that was found: what is in it, and what changes when its owner touches it. */
interface FoundLock {
  readonly text: string;
  readonly stamp: string;
}

/** Undefined if there is no lock any more. */
const readLock = (path: string): FoundLock | undefined => {
  try {
    // Opened, because on a network file system only this asks the server for the current state of the file.
    const file = openSync(path, 'r');
    try {
      const { ino, mtimeMs } = fstatSync(file);
      const text = readFileSync(file, 'utf8');
      return { text, stamp: `${ino} ${mtimeMs} ${text}` };
    } finally {
      closeSync(file);
    }
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
};

/** Removes the folders that were created for a lock, from the innermost to `created`, where nothing is in them. */
const removeCreated = (folder: string, created: string | undefined): void => {
  if (created === undefined) return;
  try {
    for (let inner = folder; inner.startsWith(created); inner = dirname(inner)) rmdirSync(inner);
  } catch {
    // There is something in it.
  }
};

/**
 * Locks an output for this process. If two processes wrote to it, each would destroy what the other has written.
 *
 * The lock of a process that has ended is ignored. On the same machine, its process id, its start and that of the
 * machine tell this. For a process on another machine or in another container, it waits to see whether the owner
 * touches the lock, as it does every ten seconds. No clock is compared with another, because one of them may be wrong.
 *
 * @returns emits a function that releases the lock
 * @throws HeadwaterError `HW_USAGE` if another process holds it, `HW_WRITE` if it cannot be written
 */
export const heldLock = (
  { path, use, needs, option, where }: Locked,
  { stderr, failed, times: { beat, patience } = TIMES }: LockOptions,
): Observable<() => void> => {
  const folder = dirname(resolve(path));
  let created: string | undefined;
  const held = (name: string): HeadwaterError =>
    new HeadwaterError(
      'HW_USAGE',
      `Another headwater ${use} (${name}). Give each a ${needs} of its own with ${option}, or end the other.`,
      { where },
    );
  const mark = ownMark();

  /** Takes the lock. Returns the lock of another machine if it must be observed first. */
  const take = (observed: FoundLock | undefined): FoundLock | undefined => {
    // A killed process leaves it, and a later one removes it.
    const draft = join(folder, temporaryName());
    try {
      created ??= makeFoldersSync(folder);
      // The file is written completely before it gets its final name, so that no reader sees a part of it.
      writeFileSync(draft, mark);
      for (let tries = 1; ; tries++) {
        try {
          takeName(path, draft);
          return undefined;
        } catch (error) {
          // A link to nowhere exists, and cannot be read.
          if (codeOf(error) !== 'EEXIST' || tries === MOST_TRIES) throw error;
          const found = readLock(path);
          if (found === undefined) continue;
          const { state, name } = markedProcess(found.text);
          if (state === 'running') throw held(name);
          if (state === 'elsewhere') {
            if (observed === undefined) return found;
            if (found.stamp !== observed.stamp) throw held(name);
          }
          removeLock(path, found.text);
        }
      }
    } catch (cause) {
      if (cause instanceof HeadwaterError) throw cause;
      discardSync(draft);
      removeCreated(folder, created);
      throw new HeadwaterError(
        'HW_WRITE',
        `${where} cannot be locked (${String(codeOf(cause) ?? cause)}). Check the permissions of its folder and ` +
          `the room on the disk, or choose another ${needs} with ${option}.`,
        { where, cause },
      );
    } finally {
      discardSync(draft);
    }
  };

  /** Whether the lock is that of this process, as far as it can be read. */
  const isOwn = (): boolean => {
    try {
      return readLock(path)?.text === mark;
    } catch {
      return true;
    }
  };

  const hold = (): (() => void) => {
    const touch = (): void => {
      try {
        const found = readLock(path);
        if (found !== undefined && found.text !== mark) {
          clearInterval(touching);
          failed.next(held(markedProcess(found.text).name));
        } else utimesSync(path, new Date(), new Date());
      } catch {
        // The folder was removed. The next write to it reports this.
      }
    };
    const touching = setInterval(touch, beat);
    touching.unref();
    const release = (): void => {
      clearInterval(touching);
      process.off('exit', release);
      if (!isOwn()) return;
      discardSync(path);
      removeCreated(folder, created);
    };
    process.on('exit', release);
    return release;
  };

  return defer(() => {
    const foreign = take(undefined);
    if (foreign === undefined) return of(hold());
    const { name } = markedProcess(foreign.text);
    stderr.write(
      `${where} is locked by ${name}; waiting ${Math.ceil(patience / 1000)} s to see whether it still runs\n`,
    );
    return timer(patience).pipe(
      map(() => {
        take(foreign);
        return hold();
      }),
    );
  });
};

/**
 * Does work while this process holds the lock of its output.
 *
 * @throws HeadwaterError `HW_USAGE` if another process holds the lock or takes it meanwhile, `HW_WRITE` if it cannot be
 *   written
 */
export const whileLocked = <T>(locked: Locked, stderr: Writable, work$: Observable<T>): Observable<T> =>
  defer(() => {
    const lost$ = new Subject<HeadwaterError>();
    return heldLock(locked, { stderr, failed: lost$ }).pipe(
      switchMap((release) =>
        // A process that was killed while it took the lock may have left the draft of it.
        from(clearLeftBehind(dirname(locked.path))).pipe(
          switchMap(() => work$),
          finalize(release),
        ),
      ),
      takeUntil(lost$.pipe(mergeMap((error) => throwError(() => error)))),
    );
  });
