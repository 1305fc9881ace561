import { Worker } from 'node:worker_threads';
import { builtFile } from '../../../contracts/runtime/builtFile.js';
import { HeadwaterError } from '../../../contracts/HeadwaterError.js';
import { decodeParquet } from './decodeParquet.js';
import type { ParquetAnswer } from './parquetWorker.js';

/** The time limit for decoding 1,000 rows, including the necessary part of their row group, in milliseconds. */
const PATIENCE_MS = 60_000;

const damaged = (path: string, why: string, cause?: unknown): HeadwaterError =>
  new HeadwaterError(
    'HW_ENCODING',
    `${path} is a Parquet file that cannot be read: ${why}. It is damaged, or its row groups ` +
      'are too large. Fetch it again, or save it with smaller row groups or as CSV.',
    { cause, where: path },
  );

/** Requests the next answer from the worker thread. */
const answerOf = (worker: Worker, path: string, patienceMs: number): Promise<ParquetAnswer> =>
  new Promise((resolve, reject) => {
    const settle = (settled: () => void): void => {
      clearTimeout(timer);
      worker.off('message', answered).off('error', failed).off('exit', ended);
      settled();
    };
    const answered = (answer: ParquetAnswer): void => settle(() => resolve(answer));
    const failed = (error: unknown): void =>
      settle(() =>
        reject(damaged(path, `decoding it failed (${error instanceof Error ? error.message : String(error)})`, error)),
      );
    const ended = (): void => settle(() => reject(damaged(path, 'decoding it ended too soon')));
    const late = (): void =>
      settle(() => reject(damaged(path, `decoding 1,000 rows took longer than ${patienceMs / 1000} s`)));
    const timer = setTimeout(late, patienceMs);
    worker.on('message', answered).on('error', failed).on('exit', ended);
    worker.postMessage('next');
  });

/**
 * The rows of a Parquet file as JSON lines.
 *
 * A worker thread decodes the file. Wrong lengths in a damaged file can make the decoder loop billions of times or
 * exhaust the memory. Then the worker is terminated and the file is refused, while the main thread keeps running.
 *
 * Holds 1,000 rows, and what hyparquet decodes of their row group.
 *
 * @param patienceMs the time limit for decoding 1,000 rows, in milliseconds
 * @throws HeadwaterError `HW_USAGE` if hyparquet is not installed, `HW_ENCODING` if it cannot read the file
 */
export async function* parquetLines(
  path: string,
  patienceMs: number = PATIENCE_MS,
): AsyncGenerator<Buffer, void, undefined> {
  const entry = builtFile('streams/table/internal/parquetWorker.js');
  if (entry === undefined) {
    // The package has not been built, so there is no worker file.
    yield* decodeParquet(path);
    return;
  }
  const worker = new Worker(entry, { workerData: path, execArgv: [] });
  // Between two portions no other listener is attached. Without this one, an error of the worker at that time would be
  // unhandled.
  worker.on('error', () => undefined);
  try {
    for (;;) {
      const answer = await answerOf(worker, path, patienceMs);
      if (answer.type === 'end') return;
      if (answer.type === 'refused') throw new HeadwaterError(answer.code, answer.message, { where: path });
      yield Buffer.from(answer.bytes.buffer, answer.bytes.byteOffset, answer.bytes.byteLength);
    }
  } finally {
    await worker.terminate();
  }
}
