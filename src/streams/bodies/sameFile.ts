import type { BigIntStats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { sourceChanged } from './SourceMemory.js';

/** The file that a path names, or undefined if there is none. */
const statsOf = (path: string): Promise<BigIntStats | undefined> => stat(path, { bigint: true }).catch(() => undefined);

/**
 * Passes on the bytes that a decoder makes of a file whose own bytes were read before. The decoder opens the file by
 * its path, so a file that has been replaced or rewritten meanwhile is detected by inode, size and modification time.
 *
 * @param path the file
 * @param name the name of the source in messages
 * @param decode opens the file
 * @throws HeadwaterError `HW_SOURCE_CHANGED` if the file has changed; otherwise the error of the decoder. If it was
 *   removed, only when the decoder fails
 */
export async function* sameFile(
  path: string,
  name: string,
  decode: () => AsyncIterable<Buffer> | Promise<AsyncIterable<Buffer>>,
): AsyncGenerator<Buffer, void, undefined> {
  const before = await statsOf(path);
  const change = async (): Promise<'none' | 'file' | 'removed'> => {
    const after = await statsOf(path);
    if (after === undefined) return 'removed';
    return after.ino === before?.ino && after.size === before.size && after.mtimeNs === before.mtimeNs
      ? 'none'
      : 'file';
  };
  try {
    yield* await decode();
  } catch (error) {
    const changed = await change();
    throw changed === 'none' ? error : sourceChanged(name, changed);
  }
  if ((await change()) === 'file') throw sourceChanged(name, 'file');
}
