import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
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
import { catchSinkError } from '../process/catchSinkError.js';

/** The length of an event log, and the hash of its content. */
export interface LogPosition {
  readonly bytes: number;
  readonly sha256: string;
}

/** The event log of a training: one JSON line for each event about the training itself. */
export interface EventLog {
  /** Writes the events. If the log cannot be written, this is reported and the training continues. */
  readonly sink: OperatorFunction<TrainingEvent | ReportMade, never>;
  /** The position after everything that was passed to the file so far. */
  readonly position: () => LogPosition;
  /** Resolves when this content is on the disk; never rejects. */
  readonly synced: () => Promise<void>;
}

/**
 * Whether an event is about the training and not about the process that runs it. Such events are the same in every run.
 */
const isOfTraining = ({ type }: TrainingEvent | ReportMade): boolean =>
  type !== 'checkpoint' && type !== 'training-resumed' && type !== 'report';

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

/** Truncates the file at the position where the log continues. Returns the hash of the kept bytes. */
const openAt = async (
  path: string,
  from: LogPosition | undefined,
): Promise<{ readonly file: FileHandle; readonly hash: Hash }> => {
  try {
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
  const stream: Writable = file.createWriteStream({ start: bytes });
  stream.on('error', () => undefined);
  let isGone = false;
  const synced = async (): Promise<void> => {
    try {
      if (!stream.writableEnded) await new Promise<void>((resolve) => void stream.write('', () => resolve()));
      const again = await open(path, 'r+');
      try {
        await again.sync();
      } finally {
        await again.close();
      }
    } catch (error) {
      // The file could not be synced. A write error is reported elsewhere, and the next run finds that the log is
      // incomplete. Writes to a file that was removed do not fail.
      if (isGone || codeOf(error) !== 'ENOENT') return;
      isGone = true;
      say(`The event log ${path} was removed. The training continues without it, and cannot be resumed with it.`);
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
              hash.update(line);
              bytes += Buffer.byteLength(line);
            }),
            jsonLines(stream, { valve, end: true }),
          ),
          defer(synced).pipe(ignoreElements()),
        ),
      (error) =>
        say(`The event log ${path} could not be written, and the training continues without it: ${messageOf(error)}`),
    ),
    position: () => ({ bytes, sha256: hash.copy().digest('hex') }),
    synced,
  };
};
