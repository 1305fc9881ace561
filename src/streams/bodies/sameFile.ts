import type { BigIntStats } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { HeadwaterError } from '../../contracts/HeadwaterError.js';
import { snapshotChanged } from './keepSnapshot.js';
import { sourceChanged } from './SourceMemory.js';
import { hashOf } from './storedSource.js';

/** The file that a path names, or undefined if there is none. */
const statsOf = (path: string): Promise<BigIntStats | undefined> => stat(path, { bigint: true }).catch(() => undefined);

/**
 * Passes on the bytes that a decoder makes of a file whose own bytes were read before. The decoder opens the file by
 * its path, so a file that has been replaced or rewritten meanwhile is detected by inode, size and modification time.
 *
 * @param path the file
 * @param name the name of the source in messages
 * @param decode opens the file
 * @param snapshot the hash of the file, if it is a snapshot. Other processes use it too: they set its time, or write
 *   the same bytes again
 * @throws HeadwaterError `HW_SOURCE_CHANGED` if the file has changed, `HW_SNAPSHOT` if it is a snapshot; otherwise the
 *   error of the decoder. If it was removed, only when the decoder fails
 */
export async function* sameFile(
  path: string,
  name: string,
  decode: () => AsyncIterable<Buffer> | Promise<AsyncIterable<Buffer>>,
  snapshot: string | undefined,
): AsyncGenerator<Buffer, void, undefined> {
  const before = await statsOf(path);
  const change = async (): Promise<'none' | 'file' | 'removed'> => {
    const after = await statsOf(path);
    if (after === undefined) return 'removed';
    const isSame = after.ino === before?.ino && after.size === before.size && after.mtimeNs === before.mtimeNs;
    return isSame || (snapshot !== undefined && (await hashOf(path)) === snapshot) ? 'none' : 'file';
  };
  const changed = (how: 'file' | 'removed', cause?: unknown): HeadwaterError =>
    snapshot === undefined ? sourceChanged(name, how) : snapshotChanged(path, cause);
  try {
    yield* await decode();
  } catch (error) {
    const how = await change();
    throw how === 'none' ? error : changed(how, error);
  }
  if ((await change()) === 'file') throw changed('file');
}
