import type { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import { readable } from '../bytes/readable.js';
import type { CheckedBodyOptions } from './connection/BodyOptions.js';
import { follow } from './connection/follow.js';
import { statusError } from './faults/httpError.js';
import { headerOf, type HttpExchange } from './connection/httpExchange.js';
import { Persistence } from './retries/Persistence.js';
import { requireReady } from './refusal.js';
import { resumedBody } from './resumedBody.js';
import type { CheckedRetryOptions } from './retries/RetryOptions.js';
import { validatorsOf, type Validators } from './validators.js';
import type { WebAddress } from './connection/WebAddress.js';
import { encodingsOf, requireWhole, WHOLE } from './wholeAnswer.js';

/** A body that is being received. */
export interface HttpBody {
  readonly bytes: Readable;
  /** The content encodings, in the order in which they were applied: `['gzip']`. */
  readonly encodings: readonly string[];
  /** The character encoding that the server declares, unchanged. */
  readonly charset: string | undefined;
  /** The validators of the version that was read. A later response may have completed the body. */
  readonly validators: () => Validators;
}

/** How a body is requested, and how failures are retried. */
export interface AskOptions extends CheckedBodyOptions {
  /** Undefined: no retries, the first failure is the error. */
  readonly retry: CheckedRetryOptions | undefined;
}

/** What is known of a body from an earlier request. */
export interface EarlierAnswer {
  /** Whether the server has answered in an earlier pass, so that its address is right. */
  readonly answered: boolean;
  /** The validators of a stored body. If the server answers that it has not changed, the result is `unchanged`. */
  readonly validators: Validators | undefined;
}

/** The charset of a content type such as `text/csv; charset="utf-8"`. */
const charsetOf = (header: string | undefined): string | undefined => {
  const found = /;\s*charset\s*=\s*(?:"(?<quoted>[^"]*)"|(?<bare>[^\s;]+))/i.exec(header ?? '')?.groups;
  return found?.['quoted'] ?? found?.['bare'];
};

const headOf = (response: Dispatcher.ResponseData): Omit<HttpBody, 'bytes' | 'validators'> => ({
  encodings: encodingsOf(response),
  charset: charsetOf(headerOf(response, 'content-type')),
});

/** The body of a response. */
export const bodyOf = ({ response, settle }: HttpExchange): HttpBody => {
  const bytes = async function* (): AsyncGenerator<Buffer, void, undefined> {
    for await (const chunk of response.body) yield chunk as Buffer;
    const broken = await settle();
    if (broken !== undefined) throw broken;
  };
  return { bytes: readable(bytes()), ...headOf(response), validators: () => validatorsOf(response) };
};

const NOT_MODIFIED = 304;

/** The headers of a conditional GET. */
const conditionsOf = ({ etag, lastModified }: Validators): Readonly<Record<string, string>> => ({
  ...(etag === undefined ? {} : { 'if-none-match': etag }),
  ...(etag !== undefined || lastModified === undefined ? {} : { 'if-modified-since': lastModified }),
});

/**
 * Requests a body over HTTP or HTTPS.
 *
 * Each body has its own connection, which is closed after its last byte. Aborting closes it immediately. With `retry`,
 * failed requests are retried, and a body that breaks off is continued where it broke.
 *
 * @param signal the caller must abort it in every case when the body is no longer needed
 * @param name the name of the source in messages
 * @throws HeadwaterError `HW_HTTP_CONNECT`, `HW_HTTP_TIMEOUT`, `HW_HTTP_STATUS`, `HW_HTTP_REDIRECTS`, `HW_HTTP_CUT`
 */
export const httpBody = async (
  address: WebAddress,
  name: string,
  options: AskOptions,
  signal: AbortSignal,
  earlier: EarlierAnswer,
): Promise<HttpBody | 'unchanged'> => {
  const { retry } = options;
  const conditions = earlier.validators === undefined ? {} : conditionsOf(earlier.validators);
  const asked = Object.keys(conditions).length > 0;
  const ask = async (aborted: AbortSignal): Promise<HttpExchange> => {
    const answered = await follow(address, name, options, conditions, aborted);
    const { response, close } = answered;
    if (asked && response.statusCode === NOT_MODIFIED) return answered;
    try {
      if (retry !== undefined) requireReady(response, name, retry.scheduler.now());
      if (!WHOLE.has(response.statusCode)) throw statusError(name, response.statusCode);
      requireWhole(response, name);
      return answered;
    } catch (error) {
      close();
      throw error;
    }
  };
  const persistence = retry === undefined ? undefined : new Persistence(name, retry, signal, earlier.answered);
  const answered = await (persistence === undefined ? ask(signal) : persistence.answer(ask));
  if (answered.response.statusCode === NOT_MODIFIED) {
    answered.close();
    return 'unchanged';
  }
  if (persistence === undefined) return bodyOf(answered);
  let validators = validatorsOf(answered.response);
  return {
    ...headOf(answered.response),
    validators: () => validators,
    bytes: readable(
      resumedBody(
        answered,
        name,
        (headers, aborted) => follow(address, name, options, headers, aborted),
        persistence,
        (response) => (validators = validatorsOf(response)),
      ),
    ),
  };
};
