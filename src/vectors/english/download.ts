import { open, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { asyncScheduler } from 'rxjs';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import type { SourceEvents } from '../../contracts/live/Live.js';
import { setupError } from '../../provision/host/setupError.js';
import type { Step } from '../../provision/host/Step.js';
import { checkBodyOptions, type HeadersOf } from '../../streams/bodies/http/connection/BodyOptions.js';
import { follow } from '../../streams/bodies/http/connection/follow.js';
import { brokenOff, statusError } from '../../streams/bodies/http/faults/httpError.js';
import { headerOf, type HttpExchange } from '../../streams/bodies/http/connection/httpExchange.js';
import { CutShort } from '../../streams/bodies/http/faults/mayPass.js';
import { Persistence } from '../../streams/bodies/http/retries/Persistence.js';
import { requireReady } from '../../streams/bodies/http/refusal.js';
import { checkRetryOptions } from '../../streams/bodies/http/retries/RetryOptions.js';
import { strongValidator, validatorsOf } from '../../streams/bodies/http/validators.js';
import { webAddress } from '../../streams/bodies/http/connection/WebAddress.js';
import { contentRange, requireWhole, WHOLE } from '../../streams/bodies/http/wholeAnswer.js';

/** How a file is downloaded. */
export interface DownloadOptions {
  /** The longest wait before it is asked for again the first time, in milliseconds. Default 500. */
  readonly pause?: number | undefined;
  /** Sent to the server of the address alone. Default: none. */
  readonly headers?: HeadersOf | undefined;
  /** Receives each failure and the time of the next attempt. Default: none. */
  readonly events?: SourceEvents | undefined;
  /** What the waits are drawn by. Any whole number; default: the time. */
  readonly seed?: number | undefined;
}

const PARTIAL_CONTENT = 206;
const RANGE_NOT_SATISFIABLE = 416;

/** How long the server may be waited for in all, in milliseconds: six hours. */
const LIMIT = 21_600_000;

const sizeOf = (path: string): Promise<number> =>
  stat(path).then(
    ({ size }) => size,
    () => 0,
  );

/** Beside an unfinished file: the validator of what has come, so that a later run can go on with it. */
const validatorFile = (path: string): string => `${path}.validator`;

/** What has come, of which version of the file. */
interface Part {
  readonly bytes: number;
  readonly validator: string | undefined;
}

const partOf = async (path: string): Promise<Part> => ({
  bytes: await sizeOf(path),
  validator: await readFile(validatorFile(path), 'utf8').catch(() => undefined),
});

const discard = async (path: string): Promise<void> => {
  await rm(path, { force: true });
  await rm(validatorFile(path), { force: true });
};

/** Where an answer goes in the file, and how long the whole is, where that is known. */
const placeOf = async (
  { response }: HttpExchange,
  name: string,
  path: string,
  part: Part,
): Promise<{ readonly from: number; readonly total: number | undefined }> => {
  const { statusCode } = response;
  const range = statusCode === PARTIAL_CONTENT ? contentRange(response) : undefined;
  if (statusCode === RANGE_NOT_SATISFIABLE || (statusCode === PARTIAL_CONTENT && range?.from !== part.bytes)) {
    // What has come is of another file, or longer than the whole: from the start.
    await discard(path);
    throw new CutShort(part.bytes);
  }
  if (range !== undefined) return { from: range.from, total: range.total };
  requireReady(response, name, asyncScheduler.now());
  if (!WHOLE.has(statusCode)) throw statusError(name, statusCode);
  requireWhole(response, name);
  await discard(path);
  const validator = strongValidator(validatorsOf(response));
  if (validator !== undefined) await writeFile(validatorFile(path), validator);
  const length = headerOf(response, 'content-length');
  return { from: 0, total: length === undefined ? undefined : Number(length) };
};

/** One answer, written behind the bytes that are there. */
const goOn = async (
  url: URL,
  path: string,
  { progress }: Step,
  headers: HeadersOf,
  persistence: Persistence,
): Promise<void> => {
  const address = webAddress(url);
  const name = address.url.href;
  const part = await partOf(path);
  // The bytes as they are stored: a range of what a server compresses on the way could not be put together. Without a
  // validator the parts may be of two versions, which the caller finds out when it verifies the whole.
  const range = part.bytes > 0 ? { range: `bytes=${part.bytes}-` } : {};
  const condition = part.validator === undefined || part.bytes === 0 ? {} : { 'if-range': part.validator };
  const exchange = await persistence.awaiting((aborted) =>
    follow(
      address,
      name,
      checkBodyOptions({ headers }),
      { 'accept-encoding': 'identity', ...range, ...condition },
      aborted,
    ),
  );
  try {
    const { from, total } = await placeOf(exchange, name, path, part);
    const file = await open(path, from === 0 ? 'w' : 'a');
    let done = from;
    try {
      const chunks: AsyncIterator<Buffer> = exchange.response.body[Symbol.asyncIterator]();
      for (;;) {
        const piece = await persistence.awaiting(() => chunks.next());
        if (piece.done === true) break;
        const chunk = piece.value;
        await file.writeFile(chunk);
        done += chunk.length;
        persistence.advanced();
        progress(done, total);
      }
    } finally {
      await file.close();
    }
    const broken = await persistence.awaiting(exchange.settle);
    if (broken !== undefined) throw broken;
    if (total !== undefined && done !== total) throw new CutShort(done, total);
  } finally {
    exchange.close();
  }
};

/**
 * Downloads a file. A server that fails is asked again, after a wait that is drawn by exponential backoff with full
 * jitter, and where it has a strong validator only for the rest; so is a file that an earlier run left unfinished.
 * Whether it is the right one is for the caller to verify.
 *
 * @param path what has come is kept there, also when it fails
 * @throws HeadwaterError `HW_HTTP_…` as of a body; `HW_SETUP` where it cannot be written
 */
export const download = async (
  url: URL,
  path: string,
  step: Step,
  { pause = 500, headers = () => ({}), events, seed }: DownloadOptions = {},
): Promise<void> => {
  const { href: name } = webAddress(url).url;
  const retry = checkRetryOptions({ backoff: { initialMs: pause }, totalTimeout: LIMIT, events, seed }, asyncScheduler);
  const persistence = new Persistence(name, retry, step.signal);
  for (;;) {
    try {
      await goOn(url, path, step, headers, persistence);
      await rm(validatorFile(path), { force: true });
      return;
    } catch (error) {
      step.signal.throwIfAborted();
      if (error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EACCES'))
        throw setupError(`${path} cannot be written: ${error.message}.`, 'Make room, or set XDG_CACHE_HOME.', error);
      const progress = `${await sizeOf(path)} bytes`;
      try {
        await persistence.pause(error, progress);
      } catch (last) {
        step.signal.throwIfAborted();
        throw last instanceof HeadwaterError ? last : brokenOff(name, last, progress);
      }
    }
  }
};
