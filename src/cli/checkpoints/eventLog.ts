import { createHash, type Hash } from 'node:crypto';
import { createReadStream, statSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Writable } from 'node:stream';
import { concat, defer, filter, ignoreElements, type OperatorFunction, tap } from 'rxjs';
import { messageOf } from '../../contracts/messageOf.js';
import { codeOf } from '../../contracts/codeOf.js';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import type { TrainingEvent } from '../../contracts/training/TrainingEvent.js';
import type { Valve } from '../../contracts/flow/Valve.js';
import { jsonLine } from '../../sinks/jsonLine.js';
import { jsonLines } from '../../sinks/jsonLines.js';
import type { ReportMade } from '../../sinks/metrics/ReportMade.js';
import { catchSinkError } from '../outputs/catchSinkError.js';

/** The length of an event log, and the hash of its content. */
export interface LogPosition {
  readonly bytes: number;
  readonly sha256: string;
}

/** The event log of a training: one JSON line for each event about the training itself. */
export interface EventLog {
  /** Writes the events. If the log cannot be written, this is reported and the training continues. */
  readonly sink: OperatorFunction<TrainingEvent | ReportMade, never>;
  /** The position after everything that was passed to the file so far; null if no training can continue this log. */
  readonly position: () => LogPosition | null;
  /** Resolves when this content is on the disk; never rejects. */
  readonly synced: () => Promise<void>;
}

/**
 * Whether an event is about the training and not about the process that runs it. Such events are the same in every run.
 */
const isOfTraining = ({ type }: TrainingEvent | ReportMade): boolean =>
  type !== 'checkpoint' && type !== 'training-resumed' && type !== 'report';

/** Files of the system that stand for something else, such as `/dev/stderr`. */
const OF_SYSTEM = /^\/(?:dev|proc)\//;

/**
 * Whether a path is, or will be, a file that a resumed training can continue. A pipe or a terminal is written to as it
 * is, and what went into it cannot be compared or cut.
 */
export const isLogFile = (path: string): boolean =>
  !OF_SYSTEM.test(resolve(path)) && (statSync(path, { throwIfNoEntry: false })?.isFile() ?? true);

/** The hash of a file's first bytes; undefined if the file is shorter. */
const hashOfStart = async (path: string, bytes: number): Promise<Hash | undefined> => {
  const hash = createHash('sha256');
  if (bytes === 0) return hash;
  let read = 0;
  try {
    for await (const chunk of createReadStream(path, { end: bytes - 1 }) as AsyncIterable<Buffer>) {
      hash.update(chunk);
      read += chunk.length;
    }
  } catch {
    return undefined;
  }
  return read === bytes ? hash : undefined;
};

/**
 * Truncates the file at the position where the log continues. Returns the hash of the kept bytes; undefined if the path
 * is not that of a file that can be continued.
 */
const openAt = async (
  path: string,
  from: LogPosition | undefined,
): Promise<{ readonly file: FileHandle; readonly hash: Hash | undefined }> => {
  try {
    if (!isLogFile(path)) return { file: await open(path, 'a'), hash: undefined };
    if (from === undefined) return { file: await open(path, 'w'), hash: createHash('sha256') };
    const hash = await hashOfStart(path, from.bytes);
    if (hash?.copy().digest('hex') !== from.sha256)
      throw new HeadwaterError(
        'HW_USAGE',
        `The training cannot continue from its checkpoint: the event log ${path} (--events) does not begin ` +
          `with the ${from.bytes} bytes that it had then. Give the same file, or start again without --resume.`,
        { where: path },
      );
    const file = await open(path, from.bytes === 0 ? 'w' : 'r+');
    await file.truncate(from.bytes);
    return { file, hash };
  } catch (cause) {
    if (cause instanceof HeadwaterError) throw cause;
    throw new HeadwaterError(
      'HW_WRITE',
      `The event log ${path} cannot be written: ${messageOf(cause)}. Choose another file for --events.`,
      { cause, where: path },
    );
  }
};

/**
 * Opens the event log of a training.
 *
 * @param path the file
 * @param from the part that is kept; undefined for nothing
 * @param valve held while the file is behind
 * @param say called with a line if it cannot be written
 * @throws HeadwaterError `HW_USAGE` if it is not the log of the checkpoint, `HW_WRITE` if it cannot be opened
 */
export const openEventLog = async (
  path: string,
  from: LogPosition | undefined,
  valve: Valve,
  say: (line: string) => void,
): Promise<EventLog> => {
  const { file, hash } = await openAt(path, from);
  let bytes = from?.bytes ?? 0;
  const stream: Writable = file.createWriteStream(hash === undefined ? {} : { start: bytes });
  stream.on('error', () => undefined);
  /** Whether the file is not complete, so that no training can continue it. */
  let isLost = false;
  const lose = (what: string): void => {
    if (isLost) return;
    isLost = true;
    say(`The event log ${path} ${what} The training continues without it. To resume it, leave --events out.`);
  };
  const synced = async (): Promise<void> => {
    try {
      if (!stream.writableEnded) await new Promise<void>((written) => void stream.write('', () => written()));
      if (hash === undefined) return;
      const again = await open(path, 'r+');
      try {
        await again.sync();
      } finally {
        await again.close();
      }
    } catch (error) {
      // The file could not be synced. A write error is reported elsewhere, and the next run finds that the log is
      // incomplete. Writes to a file that was removed do not fail.
      if (codeOf(error) === 'ENOENT') lose('was removed.');
    }
  };
  return {
    sink: catchSinkError(
      (event$) =>
        concat(
          event$.pipe(
            filter(isOfTraining),
            tap((event) => {
              const line = `${jsonLine(event)}\n`;
              hash?.update(line);
              bytes += Buffer.byteLength(line);
            }),
            jsonLines(stream, { valve, end: true }),
          ),
          defer(synced).pipe(ignoreElements()),
        ),
      (error) => lose(`could not be written: ${messageOf(error)}`),
    ),
    position: () => (hash === undefined || isLost ? null : { bytes, sha256: hash.copy().digest('hex') }),
    synced,
  };
};
