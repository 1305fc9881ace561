import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import type { Writable } from 'node:stream';
import { catchError, EMPTY, filter, type OperatorFunction, tap } from 'rxjs';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import type { TrainingEvent } from '../../contracts/training/TrainingEvent.js';
import type { Valve } from '../../contracts/flow/Valve.js';
import { jsonLine } from '../../sinks/jsonLine.js';
import { jsonLines } from '../../sinks/jsonLines.js';
import type { ReportMade } from '../../sinks/metrics/ReportMade.js';

/** How much of an event log there is, and what it says. */
export interface LogPosition {
  readonly bytes: number;
  readonly sha256: string;
}

/** The event log of a training: a JSON line for each event that tells of the training itself. */
export interface EventLog {
  /** Writes the events; a log that cannot be written is told of, and the training goes on. */
  readonly sink: OperatorFunction<TrainingEvent | ReportMade, never>;
  /** What has been handed to the file so far. */
  readonly position: () => LogPosition;
  /** Waits until that is on the disk; never rejects. */
  readonly synced: () => Promise<void>;
}

/** Whether an event tells of the training, and not of the process that makes it: those are the same in every run. */
const isOfTraining = ({ type }: TrainingEvent | ReportMade): boolean =>
  type !== 'checkpoint' && type !== 'training-resumed' && type !== 'report';

/** The hash of a file's first bytes; undefined where it has fewer. */
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

/** Cuts the file to where it goes on, and gives the hash of what stays. */
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
        `The training cannot go on from its checkpoint: the event log ${path} (--events) does not begin with the ${from.bytes} bytes that it had then. Give the same file, or train anew without --resume.`,
        { where: path },
      );
    const file = await open(path, from.bytes === 0 ? 'w' : 'r+');
    await file.truncate(from.bytes);
    return { file, hash };
  } catch (cause) {
    if (cause instanceof HeadwaterError) throw cause;
    throw new HeadwaterError(
      'HW_WRITE',
      `The event log ${path} cannot be written: ${cause instanceof Error ? cause.message : String(cause)}. Choose another file for --events.`,
      { cause, where: path },
    );
  }
};

/**
 * Opens the event log of a training.
 *
 * @param path the file
 * @param from how much of it stays; undefined for nothing
 * @param valve held while the file is behind
 * @param say told where it cannot be written
 * @throws HeadwaterError `HW_USAGE` where it is not the log that a checkpoint belongs to, `HW_WRITE` where it cannot be
 *   opened
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
  return {
    sink: (event$) => {
      let failure: { readonly error: unknown } | undefined;
      return event$.pipe(
        // The training's own error is none of the log's.
        catchError((error: unknown) => {
          failure = { error };
          throw error;
        }),
        filter(isOfTraining),
        tap((event) => {
          const line = `${jsonLine(event)}\n`;
          hash.update(line);
          bytes += Buffer.byteLength(line);
        }),
        jsonLines(stream, { valve, end: true }),
        catchError((error: unknown) => {
          if (failure?.error === error) throw error;
          say(
            `The event log ${path} could not be written, and the training goes on without it: ${error instanceof Error ? error.message : String(error)}`,
          );
          return EMPTY;
        }),
      );
    },
    position: () => ({ bytes, sha256: hash.copy().digest('hex') }),
    synced: async () => {
      try {
        if (!stream.writableEnded) await new Promise<void>((resolve) => void stream.write('', () => resolve()));
        const again = await open(path, 'r+');
        try {
          await again.sync();
        } finally {
          await again.close();
        }
      } catch {
        // It could not be written, which is told elsewhere; the next run finds that it is not whole.
      }
    },
  };
};
