import { builtFile } from '../../../contracts/runtime/builtFile.js';
import { HeadwaterError } from '../../../contracts/HeadwaterError.js';
import { decodeParquet } from './decodeParquet.js';
import { ParquetThread } from './ParquetThread.js';

/** The time limit for decoding 1,000 rows, including the necessary part of their row group, in milliseconds. */
const PATIENCE_MS = 60_000;

/** The file of the worker, relative to the folder of the build. */
export const PARQUET_WORKER = 'streams/table/internal/parquetWorker.js';

/**
 * The rows of a Parquet file as JSON lines, decoded in a worker thread.
 *
 * Holds 1,000 rows, and what hyparquet decodes of their row group.
 *
 * @param signal ends the thread at once, also during a decoding that does not end
 * @param patienceMs the time limit for decoding 1,000 rows, in milliseconds
 * @throws HeadwaterError `HW_USAGE` if hyparquet is not installed, `HW_ENCODING` if it cannot read the file
 */
export async function* parquetLines(
  path: string,
  signal: AbortSignal | undefined,
  patienceMs: number = PATIENCE_MS,
): AsyncGenerator<Buffer, void, undefined> {
  const entry = builtFile(PARQUET_WORKER);
  if (entry === undefined) {
    // The package has not been built, so there is no worker file.
    yield* decodeParquet(path);
    return;
  }
  const thread = new ParquetThread(entry, path);
  const leave = (): void => void thread.terminate();
  signal?.addEventListener('abort', leave, { once: true });
  try {
    signal?.throwIfAborted();
    for (;;) {
      const answer = await thread.next(patienceMs);
      if (answer.type === 'end') return;
      if (answer.type === 'refused') throw new HeadwaterError(answer.code, answer.message, { where: path });
      yield Buffer.from(answer.bytes.buffer, answer.bytes.byteOffset, answer.bytes.byteLength);
    }
  } finally {
    signal?.removeEventListener('abort', leave);
    await thread.terminate();
  }
}
