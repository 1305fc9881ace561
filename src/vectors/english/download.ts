import { open, rm, stat } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import { setupError } from '../../provision/setupError.js';
import type { Step } from '../../provision/Step.js';
import { brokenOff, statusError } from '../../streams/bodies/http/httpError.js';
import { headerOf, httpExchange, type HttpExchange } from '../../streams/bodies/http/httpExchange.js';
import { REDIRECTS, redirectTarget, tooManyRedirects } from '../../streams/bodies/http/redirects.js';
import { webAddress } from '../../streams/bodies/http/WebAddress.js';

/** How often a download goes on after its connection broke, without a byte having come in between. */
const TRIES = 5;

/** How long the first pause before it goes on is, in milliseconds; each one after it is twice as long. */
const PAUSE_MS = 500;

const MAX_REDIRECTS = 5;
const TIMEOUTS = { headersTimeout: 30_000, bodyTimeout: 30_000 };

const sizeOf = (path: string): Promise<number> =>
  stat(path).then(
    ({ size }) => size,
    () => 0,
  );

/** What the server answers to a wish for all that follows the bytes that are there. */
const ask = async (url: URL, from: number, signal: AbortSignal): Promise<HttpExchange> => {
  const start = webAddress(url);
  const name = start.url.href;
  let address = start;
  for (let redirects = 0; ; redirects++) {
    const answered = await httpExchange({
      url: address.url,
      name,
      // The bytes as they are stored: a range of what a server compresses on the way could not be put together.
      headers: {
        ...address.authorization,
        'accept-encoding': 'identity',
        ...(from > 0 ? { range: `bytes=${from}-` } : {}),
      },
      signal,
      timeouts: TIMEOUTS,
    });
    const { statusCode } = answered.response;
    if (statusCode === 200 || statusCode === 206 || statusCode === 416) return answered;
    answered.close();
    const location = headerOf(answered.response, 'location');
    if (!REDIRECTS.has(statusCode) || location === undefined) throw statusError(name, statusCode);
    address = redirectTarget(name, location, address, start);
    if (redirects === MAX_REDIRECTS) throw tooManyRedirects(name, MAX_REDIRECTS, address);
  }
};

/** The first byte and the length of the whole that a `Content-Range` names. */
const rangeOf = (header: string | undefined): { readonly from: number; readonly total: number } | undefined => {
  const found = /^bytes (\d+)-\d+\/(\d+)$/.exec(header ?? '');
  return found === null ? undefined : { from: Number(found[1]), total: Number(found[2]) };
};

/** One answer, written behind the bytes that are there; tells whether the file is complete. */
const goOn = async (url: URL, path: string, { signal, progress }: Step): Promise<boolean> => {
  const there = await sizeOf(path);
  const exchange = await ask(url, there, signal);
  const { response, settle, close } = exchange;
  try {
    const range = response.statusCode === 206 ? rangeOf(headerOf(response, 'content-range')) : undefined;
    if (response.statusCode === 416 || (response.statusCode === 206 && range?.from !== there)) {
      // The file is another one, or longer than the whole: from the start.
      await rm(path, { force: true });
      return false;
    }
    const length = Number(headerOf(response, 'content-length') ?? NaN);
    const total = range?.total ?? (Number.isFinite(length) ? length : undefined);
    const file = await open(path, range === undefined ? 'w' : 'a');
    let done = range === undefined ? 0 : there;
    try {
      for await (const chunk of response.body) {
        await file.writeFile(chunk as Buffer);
        done += (chunk as Buffer).length;
        progress(done, total);
      }
    } finally {
      await file.close();
    }
    const broken = await settle();
    if (broken !== undefined) throw broken;
    return total === undefined || done === total;
  } finally {
    close();
  }
};

/** Errors that a second try may not show: a connection that broke, or was not accepted in time. */
const mayPass = (error: unknown): boolean =>
  !(error instanceof HeadwaterError) ||
  error.code === 'HW_HTTP_CUT' ||
  error.code === 'HW_HTTP_TIMEOUT' ||
  error.code === 'HW_HTTP_CONNECT';

/**
 * Downloads a file. Where the connection breaks it asks for the rest, and a file that an earlier attempt left unfinished
 * is gone on with; whether it is the right one is for the caller to verify.
 *
 * @param path what has come is kept there, also when it fails
 * @param pause how long it waits before it goes on for the first time, in milliseconds. Default 500
 * @throws HeadwaterError `HW_HTTP_…` as of a body; `HW_SETUP` where it cannot be written
 */
export const download = async (url: URL, path: string, step: Step, pause = PAUSE_MS): Promise<void> => {
  for (let failures = 0; ;) {
    const before = await sizeOf(path);
    try {
      if (await goOn(url, path, step)) return;
      failures++;
    } catch (error) {
      step.signal.throwIfAborted();
      if (error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EACCES'))
        throw setupError(`${path} cannot be written: ${error.message}.`, 'Make room, or set XDG_CACHE_HOME.', error);
      failures = (await sizeOf(path)) > before ? 1 : failures + 1;
      if (!mayPass(error)) throw error;
      if (failures >= TRIES)
        throw error instanceof HeadwaterError ? error : brokenOff(url.href, error, `${await sizeOf(path)} bytes`);
    }
    if (failures >= TRIES)
      throw brokenOff(url.href, new Error('the server gives ranges that do not fit'), `${await sizeOf(path)} bytes`);
    await wait(pause * 2 ** (failures - 1), undefined, { signal: step.signal });
  }
};
