import { addAbortSignal, type Readable } from 'node:stream';
import { asyncScheduler } from 'rxjs';
import { messageOf } from '../../contracts/messageOf.js';
import { discard } from '../../contracts/runtime/temporaries.js';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import { checkBodyOptions, type BodyOptions } from './http/connection/BodyOptions.js';
import { decodeContent, isDecodingError, type Surplus } from './http/decodeContent.js';
import { fileBytes } from './fileBytes.js';
import type { Fingerprint } from './Fingerprint.js';
import { hashBytes } from './hashBytes.js';
import { httpBody, type AskOptions } from './http/httpBody.js';
import { brokenOff } from './http/faults/httpError.js';
import { checkRetryOptions, type RetryOptions } from './http/retries/RetryOptions.js';
import { differ } from './http/validators.js';
import { keepSnapshot, snapshotChanged, type Snapshot } from './keepSnapshot.js';
import type { Location } from './locate.js';
import { peekByte } from './bytes/peekByte.js';
import { readable } from './bytes/readable.js';
import type { Pacing } from '../pacing/Pacing.js';
import { remember, sourceChanged, type SourceMemory } from './SourceMemory.js';
import { isUnusable, markUsed, storedSource, storeSource, type UnusableSource } from './storedSource.js';

/** How a body is opened, and where it is stored. */
export interface OpenOptions extends AskOptions {
  readonly snapshotDir: string | undefined;
  /** Whether to read the body that an earlier run stored in `snapshotDir`, without a request to the server. */
  readonly offline: boolean;
  /** Returns the time in milliseconds since 1970. */
  readonly now: () => number;
}

/** Options for opening a body once, without retries and without storing it. */
export const openedOnce = (options: BodyOptions): OpenOptions => ({
  ...checkBodyOptions(options),
  retry: undefined,
  snapshotDir: undefined,
  offline: false,
  now: () => asyncScheduler.now(),
});

/** How a body is stored between passes and between runs. */
export interface KeepOptions {
  /**
   * The folder that stores a body from HTTP or from a pipe. It is created if it does not exist. A later run sends a
   * conditional GET (with `ETag` or `Last-Modified`) and downloads the body only if it has changed. Default: none, so
   * that every subscription requests the body again.
   */
  readonly snapshotDir?: string | undefined;
  /**
   * Whether to read the body that an earlier run stored in `snapshotDir`, without a request to the server. Default
   * false.
   */
  readonly offline?: boolean | undefined;
}

/**
 * Options for opening a body that is read in several passes.
 *
 * @throws HeadwaterError `HW_USAGE` for an option that cannot work
 */
export const openedOften = (
  options: BodyOptions & RetryOptions & KeepOptions & Pick<Pacing, 'scheduler'>,
): OpenOptions => {
  const { scheduler = asyncScheduler, snapshotDir, offline = false } = options;
  if (offline && snapshotDir === undefined)
    throw new HeadwaterError(
      'HW_USAGE',
      'offline reads what was kept in snapshotDir. Give both, or leave offline out.',
    );
  return {
    ...checkBodyOptions(options),
    retry: checkRetryOptions(options, scheduler),
    snapshotDir,
    offline,
    now: () => scheduler.now(),
  };
};

/** Reads the snapshot of an earlier pass and checks its hash. */
async function* snapshotBytes({ path, sha256, bytes }: Snapshot): AsyncGenerator<Buffer, void, undefined> {
  try {
    yield* hashBytes(fileBytes(path), (found, length) => {
      if (found !== sha256 || length !== bytes) throw snapshotChanged(path);
    });
  } catch (cause) {
    throw cause instanceof HeadwaterError && cause.code === 'HW_SNAPSHOT' ? cause : snapshotChanged(path, cause);
  }
}

const keep = (
  body: Readable,
  { name, kind }: Pick<Location, 'name' | 'kind'>,
  directory: string,
  memory: SourceMemory,
  signal: AbortSignal,
  kept: (snapshot: Snapshot) => Promise<void> = () => Promise.resolve(),
): Readable =>
  readable(
    keepSnapshot(
      body,
      directory,
      async (snapshot) => {
        remember(memory, snapshot, name, kind);
        memory.snapshot ??= snapshot;
        memory.written = true;
        await kept(snapshot);
      },
      signal,
    ),
  );

/** Passes on a body that is read again in each pass, and compares its hash with that of the first pass. */
const compared = (
  body: Readable,
  { name, kind }: Pick<Location, 'name' | 'kind'>,
  memory: SourceMemory,
  ended: (sha256: string, bytes: number) => void = () => undefined,
): Readable =>
  readable(
    hashBytes(body, (sha256, bytes) => {
      remember(memory, { sha256, bytes }, name, kind);
      ended(sha256, bytes);
    }),
  );

/** Counts the ignored bytes of one pass. */
const countSurplus = (memory: SourceMemory): Surplus => {
  memory.surplusBytes = 0;
  return (bytes) => (memory.surplusBytes += bytes);
};

/**
 * Rejects a file that is named as gzip but is not gzip, unless it is empty: its content is not what the user expects.
 */
const refuseUncompressed = async (raw: Readable, path: string): Promise<void> => {
  const first = await peekByte(raw);
  if (first === undefined) return;
  raw.destroy();
  const what = first >= 0x20 && first < 0x7f ? 'it begins as plain text does' : 'its first byte is another';
  throw new HeadwaterError(
    'HW_USAGE',
    `${path} is named as a gzip file, but it is none: ${what}. Rename it to what it is, or compress it (gzip).`,
    { where: path },
  );
};

/**
 * Opens a file on disk. A regular file is its own snapshot. A pipe can be read only once; with `snapshotDir` its bytes
 * are stored for later passes.
 */
const openFile = async (
  path: string,
  { snapshotDir }: OpenOptions,
  memory: SourceMemory,
  signal: AbortSignal,
): Promise<Readable> => {
  let fingerprint: Fingerprint | undefined;
  const raw = addAbortSignal(
    signal,
    readable(fileBytes(path, { asBefore: memory.fingerprint, found: (found) => (fingerprint = found) })),
  );
  const decoded = await decodeContent(raw, [], path, countSurplus(memory));
  if (decoded === raw && path.endsWith('.gz')) await refuseUncompressed(raw, path);
  const file = { name: path, kind: 'file' } as const;
  if (fingerprint === undefined)
    return snapshotDir === undefined
      ? compared(decoded, file, memory)
      : keep(decoded, file, snapshotDir, memory, signal);
  return compared(decoded, file, memory, (sha256, bytes) => {
    memory.snapshot ??= { path, sha256, bytes };
    memory.fingerprint ??= fingerprint;
  });
};

const notStored = (name: string, directory: string | undefined, found?: UnusableSource): HeadwaterError =>
  new HeadwaterError(
    'HW_SNAPSHOT',
    found === undefined
      ? `${name} is not in ${directory ?? 'any folder of snapshots'}, ` +
          'and offline (--offline) asks no server. Read it once without it.'
      : `${name} was stored in ${found.path}, but ${found.reason}, and offline (--offline) asks no server. ` +
          (found.damaged ? 'Read it once without it.' : 'Make the file readable, or read it once without it.'),
    { where: name },
  );

/** Adds to an error that the body of an earlier run could be read without the server. */
const readableOffline = (error: unknown): unknown =>
  error instanceof HeadwaterError && /^HW_HTTP_(?:CONNECT|TIMEOUT|STATUS)$/.test(error.code)
    ? new HeadwaterError(
        error.code,
        `${error.message} An earlier run has stored it: offline (--offline) reads it without the server.`,
        { cause: error, where: error.where },
      )
    : error;

/** Opens a body over HTTP. If the server answers that it has not changed, the stored body of an earlier run is read. */
const openAddress = async (
  location: Extract<Location, { readonly kind: 'http' }>,
  { snapshotDir, offline, now, ...options }: OpenOptions,
  memory: SourceMemory,
  signal: AbortSignal,
): Promise<Readable> => {
  const { name, url } = location;
  const found =
    snapshotDir === undefined || memory.digest !== undefined ? undefined : await storedSource(snapshotDir, url);
  const unusable = found !== undefined && isUnusable(found) ? found : undefined;
  const stored = found !== undefined && !isUnusable(found) ? found : undefined;
  if (offline && stored === undefined) throw notStored(name, snapshotDir, unusable);
  if (unusable?.damaged === true) await discard(unusable.path);
  const body = offline
    ? 'unchanged'
    : await httpBody(location, name, options, signal, {
        answered: memory.digest !== undefined,
        validators: stored?.validators,
      }).catch((error: unknown) => {
        throw stored === undefined ? error : readableOffline(error);
      });
  if (body === 'unchanged') {
    if (stored === undefined) throw notStored(name, snapshotDir);
    if (offline) await markUsed(stored.snapshot.path, now());
    else if (snapshotDir !== undefined) await storeSource(snapshotDir, url, stored, now());
    const { snapshot, charset } = stored;
    remember(memory, snapshot, name, 'http');
    Object.assign(memory, { snapshot, charset, written: true });
    return addAbortSignal(signal, readable(snapshotBytes(snapshot)));
  }
  const { bytes, encodings, charset, validators } = body;
  if (memory.digest !== undefined && memory.validators !== undefined && differ(memory.validators, validators())) {
    bytes.destroy();
    throw sourceChanged(name, 'http');
  }
  memory.charset ??= charset;
  const decoded = await decodeContent(addAbortSignal(signal, bytes), encodings, name, countSurplus(memory));
  if (snapshotDir === undefined)
    return compared(decoded, location, memory, () => {
      memory.validators ??= validators();
    });
  return keep(decoded, location, snapshotDir, memory, signal, async (snapshot) => {
    const store = (): Promise<void> =>
      storeSource(snapshotDir, url, { snapshot, validators: validators(), charset }, now());
    if (stored === undefined) await store();
    else memory.accepted = store;
  });
};

/**
 * Opens a body for one pass: requests it or opens the file, decodes it, and ensures that later passes read the same
 * bytes.
 *
 * @param memory the state of earlier passes, which this pass updates
 * @param signal aborts all pending work immediately
 */
export const openBody = async (
  location: Location,
  options: OpenOptions,
  memory: SourceMemory,
  signal: AbortSignal,
): Promise<Readable> => {
  if (memory.written && memory.snapshot !== undefined)
    return addAbortSignal(signal, readable(snapshotBytes(memory.snapshot)));
  return location.kind === 'file'
    ? openFile(location.path, options, memory, signal)
    : openAddress(location, options, memory, signal);
};

/**
 * Opens a stream for one pass. A stream can be read only once. With `snapshotDir`, the first pass stores it there, and
 * later passes read that file.
 *
 * @throws HeadwaterError `HW_USAGE` if the stream was already read and is not stored
 */
export const openStream = async (
  stream: Readable,
  name: string,
  { snapshotDir }: OpenOptions,
  memory: SourceMemory,
  signal: AbortSignal,
): Promise<Readable> => {
  if (memory.written && memory.snapshot !== undefined)
    return addAbortSignal(signal, readable(snapshotBytes(memory.snapshot)));
  if (stream.readableDidRead || stream.destroyed)
    throw new HeadwaterError(
      'HW_USAGE',
      `${name} was read already, and a stream can be read once. Give a path or a URL, or a snapshotDir to keep it in.`,
      { where: name },
    );
  const decoded = await decodeContent(addAbortSignal(signal, stream), [], name, countSurplus(memory));
  const file = { name, kind: 'file' } as const;
  return snapshotDir === undefined ? compared(decoded, file, memory) : keep(decoded, file, snapshotDir, memory, signal);
};

/**
 * Converts any error of a body into the error for its reader.
 *
 * @param progress how much had been read, in words
 */
export const bodyError = (
  { kind, name }: Pick<Location, 'kind' | 'name'>,
  error: unknown,
  progress: string,
): unknown => {
  if (error instanceof HeadwaterError) return error;
  if (isDecodingError(error)) {
    return new HeadwaterError(
      'HW_ENCODING',
      `${name}: the compressed body is damaged or cut short after ` +
        `${progress}: ${error.message}. Fetch or compress it again.`,
      { cause: error, where: name },
    );
  }
  if (kind === 'http') return brokenOff(name, error, progress);
  return new HeadwaterError('HW_PATH', `Cannot read ${name} after ${progress}: ${messageOf(error)}.`, {
    cause: error,
    where: name,
  });
};
