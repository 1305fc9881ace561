import { addAbortSignal, type Readable } from 'node:stream';
import { asyncScheduler } from 'rxjs';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import { checkBodyOptions, type BodyOptions } from './http/connection/BodyOptions.js';
import { decodeContent, isDecodingError } from './http/decodeContent.js';
import { fileBytes, type Fingerprint } from './fileBytes.js';
import { hashBytes } from './hashBytes.js';
import { httpBody, type AskOptions } from './http/httpBody.js';
import { brokenOff } from './http/faults/httpError.js';
import { checkRetryOptions, type RetryOptions } from './http/retries/RetryOptions.js';
import { differ } from './http/validators.js';
import { keepSnapshot, type Snapshot } from './keepSnapshot.js';
import type { Location } from './locate.js';
import { peekByte } from './bytes/peekByte.js';
import { readable } from './bytes/readable.js';
import type { Pacing } from '../pacing/Pacing.js';
import { remember, sourceChanged, type SourceMemory } from './SourceMemory.js';
import { storedSource, storeSource } from './storedSource.js';

/** How a body is opened, and where it is kept. */
export interface OpenOptions extends AskOptions {
  readonly snapshotDir: string | undefined;
  /** Whether what an earlier run has kept there is read without asking its server. */
  readonly offline: boolean;
  /** The time, in milliseconds since 1970. */
  readonly now: () => number;
}

/** How a body is opened that is asked for once, and not kept. */
export const openedOnce = (options: BodyOptions): OpenOptions => ({
  ...checkBodyOptions(options),
  retry: undefined,
  snapshotDir: undefined,
  offline: false,
  now: () => asyncScheduler.now(),
});

/** How a body is kept between passes, and between runs. */
export interface KeepOptions {
  /**
   * The folder that a body is kept in that comes over HTTP or out of a pipe, made if it is not there. A later run asks
   * whether what is there is still the same (by `ETag` or `Last-Modified`), and downloads it only where it is not.
   * Default: none, and every subscription asks for the body again.
   */
  readonly snapshotDir?: string | undefined;
  /** Read what an earlier run has kept in `snapshotDir`, and ask no server. Default false. */
  readonly offline?: boolean | undefined;
}

/**
 * How a body is opened that is read in several passes.
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

/** A pass over what an earlier one has written, checked by its hash. */
async function* snapshotBytes({ path, sha256, bytes }: Snapshot): AsyncGenerator<Buffer, void, undefined> {
  const broken = (cause?: unknown): HeadwaterError =>
    new HeadwaterError(
      'HW_SNAPSHOT',
      `The snapshot ${path} was removed or changed while it was in use. Start again, and leave it alone meanwhile.`,
      { cause, where: path },
    );
  try {
    yield* hashBytes(fileBytes(path), (found, length) => {
      if (found !== sha256 || length !== bytes) throw broken();
    });
  } catch (cause) {
    throw cause instanceof HeadwaterError && cause.code === 'HW_SNAPSHOT' ? cause : broken(cause);
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

/** Passes a body on that is read anew in each pass, and compares it with that of the first. */
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

/** Refuses a file that is named as gzip and is none: what is in it is not what its owner takes it for. */
const requireNothing = async (raw: Readable, path: string): Promise<void> => {
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

/** A file on disk; it is its own snapshot, unless it is a pipe or the like, which can be read only once. */
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
  const decoded = await decodeContent(raw, [], path);
  if (decoded === raw && path.endsWith('.gz')) await requireNothing(raw, path);
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

const notStored = (name: string, directory: string | undefined): HeadwaterError =>
  new HeadwaterError(
    'HW_SNAPSHOT',
    `${name} is not in ${directory ?? 'any folder of snapshots'}, and offline (--offline) asks no server. Read it once without it.`,
    { where: name },
  );

/** A body over HTTP: what an earlier run has kept, where the server says that it is still the same. */
const openAddress = async (
  location: Extract<Location, { readonly kind: 'http' }>,
  { snapshotDir, offline, now, ...options }: OpenOptions,
  memory: SourceMemory,
  signal: AbortSignal,
): Promise<Readable> => {
  const { name, url } = location;
  const stored =
    snapshotDir === undefined || memory.digest !== undefined ? undefined : await storedSource(snapshotDir, url);
  if (offline && stored === undefined) throw notStored(name, snapshotDir);
  const body = offline ? 'unchanged' : await httpBody(location, name, options, signal, stored?.validators);
  if (body === 'unchanged') {
    if (stored === undefined) throw notStored(name, snapshotDir);
    if (snapshotDir !== undefined && !offline) await storeSource(snapshotDir, url, stored, now());
    const { snapshot, charset } = stored;
    remember(memory, snapshot, name, 'http');
    Object.assign(memory, { snapshot, charset, written: true });
    return addAbortSignal(signal, readable(snapshotBytes(snapshot)));
  }
  const { bytes, encodings, charset, validators } = body;
  if (memory.digest !== undefined && memory.validators !== undefined && differ(memory.validators, validators)) {
    bytes.destroy();
    throw sourceChanged(name, 'http');
  }
  memory.charset ??= charset;
  const decoded = await decodeContent(addAbortSignal(signal, bytes), encodings, name);
  if (snapshotDir === undefined)
    return compared(decoded, location, memory, () => {
      memory.validators ??= validators;
    });
  return keep(decoded, location, snapshotDir, memory, signal, (snapshot) =>
    storeSource(snapshotDir, url, { snapshot, validators, charset }, now()),
  );
};

/**
 * Opens a body for one pass: asks for it or opens the file, undoes its encoding, and sees to it that later passes read
 * the same bytes.
 *
 * @param memory what earlier passes left behind; this one writes to it
 * @param signal aborts whatever is under way, at once
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
 * Opens a stream for one pass. It can be read once: the first pass keeps it where there is a `snapshotDir`, and later
 * ones read that file.
 *
 * @throws HeadwaterError `HW_USAGE` where it was read already, and is not kept
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
  const decoded = await decodeContent(addAbortSignal(signal, stream), [], name);
  return snapshotDir === undefined ? decoded : keep(decoded, { name, kind: 'file' }, snapshotDir, memory, signal);
};

/**
 * The error that a body's reader is told for whatever went wrong in it.
 *
 * @param progress what had been read by then, in words
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
      `${name}: the compressed body is damaged or cut short after ${progress}: ${error.message}. Fetch or compress it again.`,
      { cause: error, where: name },
    );
  }
  if (kind === 'http') return brokenOff(name, error, progress);
  return new HeadwaterError(
    'HW_PATH',
    `Cannot read ${name} after ${progress}: ${error instanceof Error ? error.message : String(error)}.`,
    { cause: error, where: name },
  );
};
