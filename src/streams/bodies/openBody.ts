import { addAbortSignal, type Readable } from 'node:stream';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import type { CheckedBodyOptions } from './http/BodyOptions.js';
import { decodeContent, isDecodingError } from './http/decodeContent.js';
import { fileBytes, type Fingerprint } from './fileBytes.js';
import { hashBytes } from './hashBytes.js';
import { httpBody } from './http/httpBody.js';
import { brokenOff } from './http/httpError.js';
import { keepSnapshot, type Snapshot } from './keepSnapshot.js';
import type { Location } from './locate.js';
import { peekByte } from './bytes/peekByte.js';
import { readable } from './bytes/readable.js';
import type { SourceMemory } from './SourceMemory.js';

/** How a body is opened, and where it is kept. */
export interface OpenOptions extends CheckedBodyOptions {
  readonly snapshotDir: string | undefined;
}

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

/**
 * Fixes what every pass reads, at the end of the first one that completes. Another pass may have begun before that; at
 * its own end it finds out whether it has read the same.
 */
const remember = (memory: SourceMemory, snapshot: Snapshot, name: string): void => {
  memory.snapshot ??= snapshot;
  if (memory.snapshot.sha256 === snapshot.sha256) return;
  throw new HeadwaterError(
    'HW_SOURCE_CHANGED',
    `${name} was changed while it was in use: two passes that ran at the same time read different bytes. Start again, and leave it alone meanwhile.`,
    { where: name },
  );
};

const keep = (body: Readable, name: string, directory: string, memory: SourceMemory, signal: AbortSignal): Readable =>
  readable(
    keepSnapshot(
      body,
      directory,
      (snapshot) => {
        remember(memory, snapshot, name);
        memory.written = true;
      },
      signal,
    ),
  );

/** Refuses a file that is named as gzip and is none: what is in it is not what its owner takes it for. */
const requireNothing = async (raw: Readable, path: string): Promise<void> => {
  const first = await peekByte(raw);
  if (first === undefined) return;
  raw.destroy();
  const what = first >= 0x20 && first < 0x7f ? 'it begins as plain text does' : 'its first byte is another';
  throw new HeadwaterError(
    'HW_ENCODING',
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
  if (fingerprint === undefined)
    return snapshotDir === undefined ? decoded : keep(decoded, path, snapshotDir, memory, signal);
  if (memory.fingerprint !== undefined) return decoded;
  return readable(
    hashBytes(decoded, (sha256, bytes) => {
      remember(memory, { path, sha256, bytes }, path);
      memory.fingerprint ??= fingerprint;
    }),
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
  if (location.kind === 'file') return openFile(location.path, options, memory, signal);
  const { bytes, encodings, charset } = await httpBody(location, location.name, options, signal);
  memory.charset ??= charset;
  const decoded = await decodeContent(addAbortSignal(signal, bytes), encodings, location.name);
  return options.snapshotDir === undefined
    ? decoded
    : keep(decoded, location.name, options.snapshotDir, memory, signal);
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
  return snapshotDir === undefined ? decoded : keep(decoded, name, snapshotDir, memory, signal);
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
