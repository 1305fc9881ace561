import { createHash } from 'node:crypto';
import type { Dispatcher } from 'undici';
import { HeadwaterError } from '../../../contracts/HeadwaterError.js';
import { statusError } from './faults/httpError.js';
import { headerOf, type HttpExchange } from './connection/httpExchange.js';
import { CutShort } from './faults/mayPass.js';
import type { Persistence } from './retries/Persistence.js';
import { requireReady } from './refusal.js';
import { carries, strongValidator, validatorsOf } from './validators.js';
import {
  contentRange,
  encodingsOf,
  requireWhole,
  transferEncodingsOf,
  WHOLE,
  type ContentRange,
} from './wholeAnswer.js';

const PARTIAL_CONTENT = 206;
const RANGE_NOT_SATISFIABLE = 416;

/** A response that continues a body. */
interface Continuation {
  readonly exchange: HttpExchange;
  /** The offset of its first byte in the body. */
  readonly from: number;
  /** The offset after the last byte of a partial response. */
  readonly end: number | undefined;
  /** The length of the body, if known. */
  readonly total: number | undefined;
}

const whole = (exchange: HttpExchange): Continuation => {
  const length = headerOf(exchange.response, 'content-length') ?? '';
  const total = /^\d{1,15}$/.test(length) ? Number(length) : undefined;
  return { exchange, from: 0, end: undefined, total };
};

const changed = (name: string): HeadwaterError =>
  new HeadwaterError(
    'HW_SOURCE_CHANGED',
    `${name} broke off, and when it was asked for again it was another than before. ` +
      'Its first rows are read already, so there is no going on. Start again.',
    { where: name },
  );

/**
 * The bytes of a body, each exactly once. If the connection breaks, the rest is requested.
 *
 * If the server sends a strong validator, only the missing range is requested, and a partial response must have the
 * same validator. Otherwise, or if the server sends the complete body anyway, the bytes that were read before are
 * skipped. If they differ from the first time, the body ends with `HW_SOURCE_CHANGED`, since bytes that were emitted
 * cannot be taken back. Validators do not decide this: the servers behind one address may give the same bytes different
 * `ETag`s, and a network with a login page answers for the server.
 *
 * @param first the first response
 * @param ask sends the request again with further headers
 * @param restarted receives each response with the complete body, once it is known to have the bytes that were read
 */
export async function* resumedBody(
  first: HttpExchange,
  name: string,
  ask: (headers: Readonly<Record<string, string>>, aborted: AbortSignal) => Promise<HttpExchange>,
  persistence: Persistence,
  restarted: (response: Dispatcher.ResponseData) => void,
): AsyncGenerator<Buffer, void, undefined> {
  const encodings = encodingsOf(first.response).join();
  // A validator is that of the content. With a further encoding of the transfer, the bytes that arrive are others, and
  // may differ between two answers.
  const validator =
    transferEncodingsOf(first.response).length > 0 ? undefined : strongValidator(validatorsOf(first.response));
  // Identifies the bytes read so far.
  const hash = createHash('sha256');
  let done = 0;
  let next: Continuation | undefined = whole(first);
  let total = next.total;
  // Some servers cut a range from the decoded body and encode it afterwards. The length of the body shows this.
  let wantsRange = validator !== undefined && (encodings === '' || total !== undefined);

  /** Whether a partial response is the continuation of this body. */
  const continues = (response: Dispatcher.ResponseData, range: ContentRange | undefined): range is ContentRange =>
    range?.from === done &&
    validator !== undefined &&
    carries(response, validator) &&
    encodingsOf(response).join() === encodings &&
    (total === undefined || range.total === undefined || range.total === total);

  /** @returns undefined if the server has nothing left to send */
  const goOn = async (aborted: AbortSignal): Promise<Continuation | undefined> => {
    const ranged = wantsRange && done > 0;
    const exchange = await ask(
      ranged && validator !== undefined ? { range: `bytes=${done}-`, 'if-range': validator } : {},
      aborted,
    );
    const { response, close } = exchange;
    const { statusCode } = response;
    try {
      requireReady(response, name, persistence.now);
      if (ranged && statusCode === RANGE_NOT_SATISFIABLE) {
        // If the length is unknown, the connection may have broken after the last byte.
        if (headerOf(response, 'content-range')?.trim() === `bytes */${done}`) {
          close();
          return undefined;
        }
        wantsRange = false;
        throw new CutShort(done);
      }
      if (!WHOLE.has(statusCode) && !(ranged && statusCode === PARTIAL_CONTENT)) throw statusError(name, statusCode);
      if (statusCode !== PARTIAL_CONTENT) {
        requireWhole(response, name);
        if (encodingsOf(response).join() !== encodings) throw changed(name);
        return whole(exchange);
      }
      const range = contentRange(response);
      if (!continues(response, range)) {
        wantsRange = false;
        throw new CutShort(done);
      }
      return { exchange, from: done, end: range.to + 1, total: range.total };
    } catch (error) {
      close();
      throw error;
    }
  };

  while (next !== undefined) {
    const { exchange, from, end }: Continuation = next;
    try {
      total ??= next.total;
      if (next.total !== undefined && next.total !== total) throw changed(name);
      // The number of bytes that were read before and arrive again.
      let skipped = from;
      const again = skipped < done ? createHash('sha256') : undefined;
      if (done === 0) restarted(exchange.response);
      const checkAgain = (): void => {
        if (again === undefined || skipped < done) return;
        if (again.digest('hex') !== hash.copy().digest('hex')) throw changed(name);
        restarted(exchange.response);
      };
      const chunks: AsyncIterator<Buffer> = exchange.response.body[Symbol.asyncIterator]();
      for (;;) {
        const step = await persistence.awaiting(() => chunks.next());
        if (step.done === true) break;
        // A server may send more than the range that it declares.
        const chunk = end === undefined ? step.value : step.value.subarray(0, end - skipped);
        const repeated = Math.min(chunk.length, done - skipped);
        if (repeated > 0) {
          again?.update(chunk.subarray(0, repeated));
          skipped += repeated;
          checkAgain();
        }
        if (repeated === chunk.length) continue;
        const fresh = chunk.subarray(repeated);
        if (total !== undefined && done + fresh.length > total) throw changed(name);
        hash.update(fresh);
        done += fresh.length;
        skipped = done;
        persistence.advanced();
        yield fresh;
      }
      const broken = await persistence.awaiting(exchange.settle);
      if (broken !== undefined) throw broken;
      // Without a length, it may be another body, or one that was cut without a reset.
      if (skipped < done) throw next.total === undefined ? new CutShort(skipped, done) : changed(name);
      if (total !== undefined && done < total) throw new CutShort(done, total);
      // A part may be shorter than requested, and its end is then not that of the body.
      if (total === undefined && exchange.response.statusCode === PARTIAL_CONTENT) throw new CutShort(done);
      return;
    } catch (error) {
      exchange.close();
      await persistence.pause(error, `${done} bytes`);
    }
    next = await persistence.answer(goOn);
  }
}
