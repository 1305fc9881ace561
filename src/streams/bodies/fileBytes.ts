import { open, stat, type FileHandle } from 'node:fs/promises';
import type { BigIntStats } from 'node:fs';
import { join } from 'node:path';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import { CHUNK_BYTES } from './bytes/ByteWindow.js';
import { sourceChanged } from './SourceMemory.js';

/** What tells whether a file is still as it was. */
export interface Fingerprint {
  readonly size: bigint;
  readonly modified: bigint;
}

const fingerprint = ({ size, mtimeNs }: BigIntStats): Fingerprint => ({ size, modified: mtimeNs });

const unreadable: Readonly<Record<string, string>> = {
  ENOENT: 'No such file',
  ENOTDIR: 'No such file',
  EISDIR: 'Not a file but a directory',
  EACCES: 'No permission to read',
  EPERM: 'No permission to read',
  ELOOP: 'Symbolic links in a circle',
  ENAMETOOLONG: 'Too long a name',
};

const pathError = (path: string, cause: unknown): HeadwaterError => {
  const code = cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : '';
  const what = unreadable[code] ?? `Cannot read (${cause instanceof Error ? cause.message : String(cause)})`;
  return new HeadwaterError('HW_PATH', `${what}: ${path}. Give the path of a file that can be read.`, {
    cause,
    where: path,
  });
};

const openFile = async (path: string): Promise<FileHandle> => {
  try {
    return await open(path);
  } catch (cause) {
    throw pathError(path, cause);
  }
};

const readChunk = async (file: FileHandle, path: string): Promise<Buffer> => {
  try {
    // A buffer of its own for each chunk: those before may still stand in a stream's queue.
    const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(CHUNK_BYTES), 0, CHUNK_BYTES, null);
    return buffer.subarray(0, bytesRead);
  } catch (cause) {
    throw pathError(path, cause);
  }
};

/** How a file is kept from changing between passes unnoticed. */
export interface Unchanged {
  /** What an earlier pass found, if there was one. */
  readonly asBefore: Fingerprint | undefined;
  /** Is told what this pass found; undefined for what is no regular file (a pipe, say), which cannot be read twice. */
  readonly found: (found: Fingerprint | undefined) => void;
}

/**
 * The bytes of a file, chunk by chunk. The file is closed when the last was read, and when whoever reads leaves early.
 *
 * @param unchanged left out where the bytes are checked otherwise
 * @throws HeadwaterError `HW_PATH`; `HW_SOURCE_CHANGED` where the file is not as it was before, or changes while it is
 *   read
 */
export async function* fileBytes(path: string, unchanged?: Unchanged): AsyncGenerator<Buffer, void, undefined> {
  const file = await openFile(path);
  try {
    const stats = await file.stat({ bigint: true });
    if (stats.isDirectory())
      throw new HeadwaterError(
        'HW_PATH',
        `Not a file but a directory: ${path}. Give the path of a file; for several, a pattern such as ${join(path, '*.csv')}.`,
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
    // By its name, not its handle: it may also have been replaced by another file. One that is gone has at least been
    // read whole.
    const after = await stat(path, { bigint: true }).catch(() => undefined);
    if (after !== undefined && differs(fingerprint(after))) throw sourceChanged(path, 'file');
  } finally {
    await file.close();
  }
}
