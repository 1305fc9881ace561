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

/** A body on its way. */
export interface HttpBody {
  readonly bytes: Readable;
  /** What it is encoded by, in the order in which it was applied: `['gzip']`. */
  readonly encodings: readonly string[];
  /** The encoding of its text that the server names, as it wrote it. */
  readonly charset: string | undefined;
  readonly validators: Validators;
}

/** How a body is asked for, and what is done about failures. */
export interface AskOptions extends CheckedBodyOptions {
  /** Undefined: the first failure is told. */
  readonly retry: CheckedRetryOptions | undefined;
}

/** `text/csv; charset="utf-8"` names one. */
const charsetOf = (header: string | undefined): string | undefined => {
  const found = /;\s*charset\s*=\s*(?:"(?<quoted>[^"]*)"|(?<bare>[^\s;]+))/i.exec(header ?? '')?.groups;
  return found?.['quoted'] ?? found?.['bare'];
};

const headOf = (response: Dispatcher.ResponseData): Omit<HttpBody, 'bytes'> => ({
  encodings: encodingsOf(response),
  charset: charsetOf(headerOf(response, 'content-type')),
  validators: validatorsOf(response),
});

/** The body of an answer. */
export const bodyOf = ({ response, settle }: HttpExchange): HttpBody => {
  const bytes = async function* (): AsyncGenerator<Buffer, void, undefined> {
    for await (const chunk of response.body) yield chunk as Buffer;
    const broken = await settle();
    if (broken !== undefined) throw broken;
  };
  return { bytes: readable(bytes()), ...headOf(response) };
};

const NOT_MODIFIED = 304;

/** What is asked only if it is another than what is there. */
const conditionsOf = ({ etag, lastModified }: Validators): Readonly<Record<string, string>> => ({
  ...(etag === undefined ? {} : { 'if-none-match': etag }),
  ...(etag !== undefined || lastModified === undefined ? {} : { 'if-modified-since': lastModified }),
});

/**
 * Asks for a body over HTTP or HTTPS.
 *
 * Each body has a connection of its own, closed after its last byte. Aborting closes it at once, whatever it was doing.
 * Where `retry` says so, a server that fails is asked again, and a body that breaks off goes on where it broke.
 *
 * @param signal to be aborted in any case when the body is done with
 * @param name what the address is called in messages
 * @param unlike what is there already; where the server says that it is the same, `unchanged` is the answer
 * @throws HeadwaterError `HW_HTTP_CONNECT`, `HW_HTTP_TIMEOUT`, `HW_HTTP_STATUS`, `HW_HTTP_REDIRECTS`, `HW_HTTP_CUT`
 */
export const httpBody = async (
  address: WebAddress,
  name: string,
  options: AskOptions,
  signal: AbortSignal,
  unlike?: Validators,
): Promise<HttpBody | 'unchanged'> => {
  const { retry } = options;
  const conditions = unlike === undefined ? {} : conditionsOf(unlike);
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
  const persistence = retry === undefined ? undefined : new Persistence(name, retry, signal);
  const answered = await (persistence === undefined ? ask(signal) : persistence.answer(ask));
  if (answered.response.statusCode === NOT_MODIFIED) {
    answered.close();
    return 'unchanged';
  }
  if (persistence === undefined) return bodyOf(answered);
  const head = headOf(answered.response);
  return {
    ...head,
    bytes: readable(
      resumedBody(
        answered,
        { ...head, name },
        (headers, aborted) => follow(address, name, options, headers, aborted),
        persistence,
      ),
    ),
  };
};
