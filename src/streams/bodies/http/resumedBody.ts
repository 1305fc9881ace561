import { createHash } from 'node:crypto';
import { HeadwaterError } from '../../../contracts/HeadwaterError.js';
import type { HttpBody } from './httpBody.js';
import { statusError } from './faults/httpError.js';
import { headerOf, type HttpExchange } from './connection/httpExchange.js';
import { CutShort } from './faults/mayPass.js';
import type { Persistence } from './retries/Persistence.js';
import { requireReady } from './refusal.js';
import { differ, strongValidator, validatorsOf } from './validators.js';
import { contentRange, encodingsOf, requireWhole, transferEncodingsOf, WHOLE } from './wholeAnswer.js';

const PARTIAL_CONTENT = 206;
const RANGE_NOT_SATISFIABLE = 416;

/** A response that continues a body. */
interface Continuation {
  readonly exchange: HttpExchange;
  /** The offset of its first byte in the body. */
  readonly from: number;
  /** The length of the body, if known. */
  readonly total: number | undefined;
}

const lengthOf = ({ response }: HttpExchange): number | undefined => {
  const length = headerOf(response, 'content-length') ?? '';
  return /^\d{1,15}$/.test(length) ? Number(length) : undefined;
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
 * If the server sends a strong validator, only the missing range is requested. Otherwise, or if the server sends the
 * complete body anyway, the bytes that were read before are skipped. If they differ from the first time, the body ends
 * with `HW_SOURCE_CHANGED`, since bytes that were emitted cannot be taken back.
 *
 * @param first the first response
 * @param ask sends the request again with further headers
 */
export async function* resumedBody(
  first: HttpExchange,
  { name, validators, encodings }: Pick<HttpBody, 'validators' | 'encodings'> & { readonly name: string },
  ask: (headers: Readonly<Record<string, string>>, aborted: AbortSignal) => Promise<HttpExchange>,
  persistence: Persistence,
): AsyncGenerator<Buffer, void, undefined> {
  // A validator is that of the content. With a further encoding of the transfer, the bytes that arrive are others, and
  // may differ between two answers.
  const validator = transferEncodingsOf(first.response).length > 0 ? undefined : strongValidator(validators);
  // The bytes read so far are identified by the validator, or else by their hash.
  const hash = validator === undefined ? createHash('sha256') : undefined;
  let done = 0;
  let wantsRange = validator !== undefined;

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
      const sameEncodings = encodingsOf(response).join() === encodings.join();
      if (!sameEncodings || differ(validators, validatorsOf(response))) throw changed(name);
      if (statusCode !== PARTIAL_CONTENT) {
        requireWhole(response, name);
        return { exchange, from: 0, total: lengthOf(exchange) };
      }
      const range = contentRange(response);
      if (range?.from !== done) {
        wantsRange = false;
        throw new CutShort(done);
      }
      return { exchange, from: done, total: range.total };
    } catch (error) {
      close();
      throw error;
    }
  };

  let next: Continuation | undefined = { exchange: first, from: 0, total: lengthOf(first) };
  let total = next.total;
  while (next !== undefined) {
    const { exchange, from }: Continuation = next;
    try {
      total ??= next.total;
      if (next.total !== undefined && next.total !== total) throw changed(name);
      // The number of bytes that were read before and arrive again.
      let skipped = from;
      const again = skipped < done && hash !== undefined ? createHash('sha256') : undefined;
      const checkAgain = (): void => {
        if (again !== undefined && skipped === done && again.digest('hex') !== hash?.copy().digest('hex'))
          throw changed(name);
      };
      const chunks: AsyncIterator<Buffer> = exchange.response.body[Symbol.asyncIterator]();
      for (;;) {
        const step = await persistence.awaiting(() => chunks.next());
        if (step.done === true) break;
        const chunk = step.value;
        const repeated = Math.min(chunk.length, done - skipped);
        if (repeated > 0) {
          again?.update(chunk.subarray(0, repeated));
          skipped += repeated;
          checkAgain();
        }
        if (repeated === chunk.length) continue;
        const fresh = chunk.subarray(repeated);
        hash?.update(fresh);
        done += fresh.length;
        skipped = done;
        persistence.advanced();
        yield fresh;
      }
      const broken = await persistence.awaiting(exchange.settle);
      if (broken !== undefined) throw broken;
      if (skipped < done) throw changed(name);
      if (total !== undefined && done < total) throw new CutShort(done, total);
      return;
    } catch (error) {
      exchange.close();
      await persistence.pause(error, `${done} bytes`);
    }
    next = await persistence.answer(goOn);
  }
}
