import { createHash } from 'node:crypto';
import { open, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '../../contracts/messageOf.js';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import { syncFile } from '../../contracts/runtime/syncFile.js';
import { clearLeftBehind, discard, discardSync, temporaryName } from '../../contracts/runtime/temporaries.js';
import { makeFolders } from '../../contracts/runtime/makeFolders.js';

/** Identifies the content of a body. */
export interface Digest {
  /** The SHA-256 of the decoded body, in hexadecimal. */
  readonly sha256: string;
  /** The length of the decoded body, in bytes. */
  readonly bytes: number;
}

/** The bytes that every pass over a source reads. */
export interface Snapshot extends Digest {
  /** The file with the bytes: one that was written for the snapshot, or the source itself if it is a file. */
  readonly path: string;
}

const snapshotError = (directory: string, cause: unknown): HeadwaterError =>
  new HeadwaterError(
    'HW_SNAPSHOT',
    `Cannot write a snapshot in ${directory}: ${messageOf(cause)}. ` +
      'Give a folder that can be written to, with room in it; for the command, XDG_CACHE_HOME names it.',
    {
      cause,
      where: directory,
    },
  );

/** The error for a snapshot whose bytes are no longer those of its name. */
export const snapshotChanged = (path: string, cause?: unknown): HeadwaterError =>
  new HeadwaterError(
    'HW_SNAPSHOT',
    `The snapshot ${path} was removed or changed while it was in use. Start again, and leave it alone meanwhile.`,
    { cause, where: path },
  );

const attempt = async <T>(directory: string, action: () => Promise<T>): Promise<T> => {
  try {
    return await action();
  } catch (cause) {
    throw snapshotError(directory, cause);
  }
};

/** Makes the new name durable: otherwise, after a crash, a renamed file may exist under neither name. */
const syncDirectory = async (directory: string): Promise<void> => {
  const handle = await open(directory).catch(() => undefined);
  // Some systems cannot sync a folder. There the error is ignored.
  await handle?.sync().catch(() => undefined);
  await handle?.close().catch(() => undefined);
};

/**
 * Passes a body on while writing it to a file, `<sha256>.csv`. The file has this name only once it is complete and on
 * the disk.
 *
 * A chunk is passed on after it has been written, so at most one chunk waits for the file. If the body breaks off, or
 * the reader leaves early, the unfinished file is removed.
 *
 * @param directory is created if it does not exist
 * @param kept receives the complete file, before the body ends; it is not called for an empty body
 * @throws HeadwaterError `HW_SNAPSHOT` if the file cannot be written
 */
export async function* keepSnapshot(
  body: AsyncIterable<Buffer>,
  directory: string,
  kept: (snapshot: Snapshot) => void | Promise<void>,
  signal: AbortSignal,
): AsyncGenerator<Buffer, void, undefined> {
  const temporary = join(directory, temporaryName());
  await attempt(directory, () => makeFolders(directory));
  await clearLeftBehind(directory);
  const file = await attempt(directory, () => open(temporary, 'wx'));
  // Synchronous, and not after the pending read or write: the process may be about to exit.
  const remove = (): void => discardSync(temporary);
  signal.addEventListener('abort', remove);
  let complete = false;
  try {
    const hash = createHash('sha256');
    let bytes = 0;
    for await (const chunk of body) {
      hash.update(chunk);
      bytes += chunk.length;
      await attempt(directory, () => file.writeFile(chunk));
      yield chunk;
    }
    if (bytes === 0) return;
    await attempt(directory, () => syncFile(file));
    // Some file systems on a network report only now that a write failed.
    await attempt(directory, () => file.close());
    const sha256 = hash.digest('hex');
    const path = join(directory, `${sha256}.csv`);
    if (signal.aborted) return;
    await attempt(directory, () => rename(temporary, path));
    complete = true;
    await syncDirectory(directory);
    await kept({ path, sha256, bytes });
  } finally {
    signal.removeEventListener('abort', remove);
    // It is still open only if there is an error that says more, or nothing to keep.
    await file.close().catch(() => undefined);
    if (!complete) await discard(temporary);
  }
}
