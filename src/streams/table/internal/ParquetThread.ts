import { Worker } from 'node:worker_threads';
import { messageOf } from '../../../contracts/messageOf.js';
import { HeadwaterError } from '../../../contracts/HeadwaterError.js';
import type { ParquetAnswer } from './parquetWorker.js';

interface Waiting {
  readonly resolve: (answer: ParquetAnswer) => void;
  readonly reject: (error: HeadwaterError) => void;
}

/**
 * A worker thread that decodes a Parquet file, one portion per request.
 *
 * Wrong lengths in a damaged file can make the decoder loop billions of times or exhaust the memory. Then the thread is
 * terminated and the file is refused, while the main thread keeps running.
 */
export class ParquetThread {
  readonly #path: string;
  readonly #worker: Worker;
  #failure: HeadwaterError | undefined;
  #waiting: Waiting | undefined;

  /**
   * @param entry the file of the worker
   * @param path the Parquet file
   */
  constructor(entry: string, path: string) {
    this.#path = path;
    this.#worker = new Worker(entry, { workerData: path, execArgv: [] });
    // The listeners stay attached, so that a failure between two requests is reported at the next one.
    this.#worker
      .on('message', (answer: ParquetAnswer) => this.#settle(({ resolve }) => resolve(answer)))
      .on('error', (error: unknown) => this.#fail(`decoding it failed (${messageOf(error)})`, error))
      .on('exit', () => this.#fail('decoding it ended too soon'));
  }

  /** Why the thread has failed, if it has. */
  get failure(): HeadwaterError | undefined {
    return this.#failure;
  }

  /**
   * Requests the next portion.
   *
   * @param patienceMs the time limit, in milliseconds
   * @throws HeadwaterError `HW_ENCODING` if the thread has failed, or does not answer within the limit
   */
  async next(patienceMs: number): Promise<ParquetAnswer> {
    if (this.#failure !== undefined) throw this.#failure;
    const answer = new Promise<ParquetAnswer>((resolve, reject) => {
      this.#waiting = { resolve, reject };
    });
    const timer = setTimeout(
      () => this.#fail(`decoding 1,000 rows took longer than ${patienceMs / 1000} s`),
      patienceMs,
    );
    this.#worker.postMessage('next');
    try {
      return await answer;
    } finally {
      clearTimeout(timer);
    }
  }

  async terminate(): Promise<void> {
    await this.#worker.terminate();
  }

  #settle(settle: (waiting: Waiting) => void): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting !== undefined) settle(waiting);
  }

  #fail(why: string, cause?: unknown): void {
    const message =
      `${this.#path} is a Parquet file that cannot be read: ${why}. It is damaged, or its row groups ` +
      'are too large. Fetch it again, or save it with smaller row groups or as CSV.';
    const failure = (this.#failure ??= new HeadwaterError('HW_ENCODING', message, { cause, where: this.#path }));
    this.#settle(({ reject }) => reject(failure));
  }
}
