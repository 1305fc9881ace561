import { open, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { asyncScheduler } from 'rxjs';
import { messageOf } from '../../contracts/messageOf.js';
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

/** The options of a download. */
export interface DownloadOptions {
  /** The longest wait before the first retry, in milliseconds. Default 500. */
  readonly pause?: number | undefined;
  /** Headers that are sent only to the server of the address. Default: none. */
  readonly headers?: HeadersOf | undefined;
  /** Receives each failure and the time of the next attempt. Default: none. */
  readonly events?: SourceEvents | undefined;
  /** The seed of the random waits. Any whole number; default: the current time. */
  readonly seed?: number | undefined;
}

const PARTIAL_CONTENT = 206;
const RANGE_NOT_SATISFIABLE = 416;

/** The longest total time to wait for the server, in milliseconds: six hours. */
const LIMIT = 21_600_000;

const sizeOf = (path: string): Promise<number> =>
  stat(path).then(
    ({ size }) => size,
    () => 0,
  );

/** The file beside an unfinished file that holds the validator of its content, so that a later run can continue it. */
const validatorFile = (path: string): string => `${path}.validator`;

/** The received part of a file, and its version. */
interface Part {
  readonly bytes: number;
  readonly validator: string | undefined;
}

const partOf = async (path: string): Promise<Part> => ({
  bytes: await sizeOf(path),
  validator: await readFile(validatorFile(path), 'utf8').catch(() => undefined),
});

/** Changes a file. Without this, an error of the disk would count as one of the server. */
const onDisk = async <T>(path: string, change: () => Promise<T>): Promise<T> => {
  try {
    return await change();
  } catch (error) {
    throw setupError(`${path} cannot be written: ${messageOf(error)}.`, 'Make room, or set XDG_CACHE_HOME.', error);
  }
};

const remove = (path: string): Promise<void> => onDisk(path, () => rm(path, { force: true }));

const discard = async (path: string): Promise<void> => {
  await remove(path);
  await remove(validatorFile(path));
};

/** The position of a response in the file, and the total length where it is known. */
const placeOf = async (
  { response }: HttpExchange,
  name: string,
  path: string,
  part: Part,
): Promise<{ readonly from: number; readonly total: number | undefined }> => {
  const { statusCode } = response;
  const range = statusCode === PARTIAL_CONTENT ? contentRange(response) : undefined;
  if (statusCode === RANGE_NOT_SATISFIABLE || (statusCode === PARTIAL_CONTENT && range?.from !== part.bytes)) {
    // The received part belongs to another file, or is longer than the whole file. The download restarts.
    await discard(path);
    throw new CutShort(part.bytes);
  }
  if (range !== undefined) return { from: range.from, total: range.total };
  requireReady(response, name, asyncScheduler.now());
  if (!WHOLE.has(statusCode)) throw statusError(name, statusCode);
  requireWhole(response, name);
  await discard(path);
  const validator = strongValidator(validatorsOf(response));
  if (validator !== undefined) await onDisk(path, () => writeFile(validatorFile(path), validator));
  const length = headerOf(response, 'content-length');
  return { from: 0, total: length === undefined ? undefined : Number(length) };
};

/** Requests the rest of the file once, and appends the response to the received part. */
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
  // Without compression: ranges of a response that the server compresses could not be joined. Without a validator, the
  // parts may be of two versions. The caller detects this when it verifies the whole file.
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
    const file = await onDisk(path, () => open(path, from === 0 ? 'w' : 'a'));
    let done = from;
    try {
      const chunks: AsyncIterator<Buffer> = exchange.response.body[Symbol.asyncIterator]();
      for (;;) {
        const piece = await persistence.awaiting(() => chunks.next());
        if (piece.done === true) break;
        const chunk = piece.value;
        await onDisk(path, () => file.writeFile(chunk));
        done += chunk.length;
        persistence.advanced();
        progress(done, total);
      }
      // Some file systems on a network report only now that a write failed.
      await onDisk(path, () => file.close());
    } finally {
      // It is still open only if there is an error that says more.
      await file.close().catch(() => undefined);
    }
    const broken = await persistence.awaiting(exchange.settle);
    if (broken !== undefined) throw broken;
    if (total !== undefined && done !== total) throw new CutShort(done, total);
  } finally {
    exchange.close();
  }
};

/**
 * Downloads a file. A failed request is repeated after a random wait (exponential backoff with full jitter). Only the
 * rest of the file is requested; with a strong validator, only if the file on the server is still the same. The
 * unfinished file of an earlier run is continued in the same way. The caller must verify the file's content.
 *
 * @param path the received part is kept there, even after a failure
 * @throws HeadwaterError `HW_HTTP_…` as for a body; `HW_SETUP` where it cannot be written
 */
export const download = async (
  url: URL,
  path: string,
  step: Step,
  { pause = 500, headers = () => ({}), events, seed }: DownloadOptions = {},
): Promise<void> => {
  const { href: name } = webAddress(url).url;
  const retry = checkRetryOptions({ backoff: { initialMs: pause }, totalTimeout: LIMIT, events, seed }, asyncScheduler);
  const persistence = new Persistence(name, retry, step.signal, false);
  for (;;) {
    try {
      await goOn(url, path, step, headers, persistence);
      await remove(validatorFile(path));
      return;
    } catch (error) {
      step.signal.throwIfAborted();
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
