import type { Fingerprint } from './Fingerprint.js';
import { open, stat, type FileHandle } from 'node:fs/promises';
import type { BigIntStats } from 'node:fs';
import { join } from 'node:path';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import { isAbsent } from '../../contracts/isAbsent.js';
import { CHUNK_BYTES } from './bytes/ByteWindow.js';
import { pathError } from './pathError.js';
import { sourceChanged } from './SourceMemory.js';

const fingerprint = ({ size, mtimeNs }: BigIntStats): Fingerprint => ({ size, modified: mtimeNs });

const openFile = async (path: string, wasThere: boolean): Promise<FileHandle> => {
  try {
    return await open(path);
  } catch (cause) {
    throw wasThere && isAbsent(cause) ? sourceChanged(path, 'removed') : pathError(path, cause);
  }
};

const readChunk = async (file: FileHandle, path: string): Promise<Buffer> => {
  try {
    // Each chunk has its own buffer, since earlier chunks may still be in the queue of a stream.
    const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(CHUNK_BYTES), 0, CHUNK_BYTES, null);
    return buffer.subarray(0, bytesRead);
  } catch (cause) {
    throw pathError(path, cause);
  }
};

/** How changes of a file between passes are detected. */
export interface Unchanged {
  /** The fingerprint of an earlier pass, if there was one. */
  readonly asBefore: Fingerprint | undefined;
  /**
   * Receives the fingerprint of this pass; undefined if it is not a regular file. A pipe, for example, cannot be read
   * twice.
   */
  readonly found: (found: Fingerprint | undefined) => void;
}

/**
 * The bytes of a file, chunk by chunk. The file is closed after the last chunk, or when the reader leaves early.
 *
 * @param unchanged undefined if the bytes are checked in another way
 * @throws HeadwaterError `HW_PATH`; `HW_SOURCE_CHANGED` if the file has changed or was removed since the earlier
 *   pass, or changes during reading
 */
export async function* fileBytes(path: string, unchanged?: Unchanged): AsyncGenerator<Buffer, void, undefined> {
  const file = await openFile(path, unchanged?.asBefore !== undefined);
  try {
    const stats = await file.stat({ bigint: true }).catch((cause: unknown) => Promise.reject(pathError(path, cause)));
    if (stats.isDirectory())
      throw new HeadwaterError(
        'HW_PATH',
        `Not a file but a directory: ${path}. Give the path of a file; ` +
          `for several, a pattern such as ${join(path, '*.csv')}.`,
        {
          where: path,
        },
      );
    const found = stats.isFile() ? fingerprint(stats) : undefined;
    const differs = (other: Fingerprint): boolean => other.size !== found?.size || other.modified !== found.modified;
    if (unchanged?.asBefore !== undefined && differs(unchanged.asBefore)) throw sourceChanged(path, 'file');
    unchanged?.found(found);
    for (;;) {
      const chunk = await readChunk(file, path);
      if (chunk.length === 0) break;
      yield chunk;
    }
    if (unchanged === undefined || found === undefined) return;
    // By name and not by handle, because another file may have replaced it. A file that was deleted has at least been
    // read completely.
    const after = await stat(path, { bigint: true }).catch(() => undefined);
    if (after !== undefined && differs(fingerprint(after))) throw sourceChanged(path, 'file');
  } finally {
    // All bytes were read, or there is an error that says more.
    await file.close().catch(() => undefined);
  }
}
