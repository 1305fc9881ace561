import { Worker } from 'node:worker_threads';
import { builtFile } from '../../../contracts/runtime/builtFile.js';
import { HeadwaterError } from '../../../contracts/HeadwaterError.js';
import { decodeParquet } from './decodeParquet.js';
import type { ParquetAnswer } from './parquetWorker.js';

/** How long a thousand rows may take, with what has to be decoded of their row group, in milliseconds. */
const PATIENCE_MS = 60_000;

const damaged = (path: string, why: string, cause?: unknown): HeadwaterError =>
  new HeadwaterError(
    'HW_ENCODING',
    `${path} is a Parquet file that cannot be read: ${why}. It is damaged, or its row groups are too large. Fetch it again, or save it with smaller row groups or as CSV.`,
    { cause, where: path },
  );

/** Asks the thread for its next answer. */
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
 * It is decoded in a thread of its own: lengths in a damaged file make the decoder count to billions, or fill the
 * memory. The thread is then ended, and the file refused; this one goes on meanwhile.
 *
 * Holds a thousand rows, and what hyparquet decodes of their row group.
 *
 * @param patienceMs how long a thousand rows may take
 * @throws HeadwaterError `HW_USAGE` where hyparquet is not installed, `HW_ENCODING` where it cannot read the file
 */
export async function* parquetLines(
  path: string,
  patienceMs: number = PATIENCE_MS,
): AsyncGenerator<Buffer, void, undefined> {
  const entry = builtFile('streams/table/internal/parquetWorker.js');
  if (entry === undefined) {
    // The sources, which have not been built.
    yield* decodeParquet(path);
    return;
  }
  const worker = new Worker(entry, { workerData: path, execArgv: [] });
  // Between two portions nobody listens: what the thread then fails of, the next answer tells.
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
