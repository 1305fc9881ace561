import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { defer, ignoreElements, lastValueFrom, Observable, type ObservableInput, type OperatorFunction } from 'rxjs';
import { messageOf } from '../contracts/messageOf.js';
import type { Checkpoint } from '../contracts/training/Checkpoint.js';
import { checkOptions, checkTypes, checkWhole } from '../contracts/checkOption.js';
import { HeadwaterError } from '../contracts/HeadwaterError.js';
import { clearLeftBehind, discard } from '../contracts/runtime/temporaries.js';
import { makeFolder } from '../sinks/files/internal/makeFolder.js';
import { syncFolder, writeTemporary } from '../sinks/files/internal/wholeFile.js';
import { subscribeSink } from '../sinks/internal/subscribeSink.js';
import { encodeCheckpoint } from './encodeCheckpoint.js';
import { checkpointFiles, checkpointName } from './latestCheckpoint.js';

/** A checkpoint that was written. */
export interface CheckpointWritten {
  readonly path: string;
  readonly checkpoint: Checkpoint;
  /** The size of the file. */
  readonly bytes: number;
}

/** The options of `checkpoints`. */
export interface CheckpointsOptions {
  /** How many of the newest checkpoints are kept, at least 1. Default 3. */
  readonly keep?: number | undefined;
  /**
   * Whether the existing checkpoints in the folder belong to another training. They are then removed when the first
   * checkpoint of this training is written. Default false.
   */
  readonly replaces?: boolean | undefined;
  /**
   * Further content of the file, as plain data. It is called when the checkpoint arrives. It should describe the inputs
   * of the training, so that a resumed training can compare them. Default: nothing.
   */
  readonly about?: ((checkpoint: Checkpoint) => unknown) | undefined;
  /**
   * Work that must finish before a file may appear, for example syncing a log file beside it to the disk. Default:
   * nothing.
   */
  readonly first?: (() => ObservableInput<unknown>) | undefined;
  /** Receives each written checkpoint. Default: none. */
  readonly written?: { next(written: CheckpointWritten): void } | undefined;
  /**
   * Receives the error of a file that could not be written; the sink then continues with the next file. Default: none,
   * and the sink fails with the error.
   */
  readonly failed?: { next(error: HeadwaterError): void } | undefined;
}

/** An event that may contain a checkpoint, such as the events of `fit`. */
export interface MaybeCheckpoint {
  readonly type: string;
  readonly checkpoint?: Checkpoint;
}

interface Waiting {
  readonly checkpoint: Checkpoint;
  readonly about: unknown;
}

/**
 * Writes the checkpoints of a training to files. The training can resume from them after a crash.
 *
 * A writing sink of the events of `fit`: it emits nothing, and completes once everything is written. `fit` takes a
 * checkpoint where its option `checkpointEvery` asks for one; all other events pass by.
 *
 * ```marbles drawn
 * source:   --s-c-s-s-c--c-s-|       c: a checkpoint;  s: a step
 *           checkpoints(dir)
 * written:  -------1-----2---3       one at a time, each completely or not at all
 * result:   -----------------|
 * ```
 *
 * Each checkpoint is a safetensors file. Its name contains its number and its hash:
 * `checkpoint-000002-<hash>.safetensors`. It is written to the same folder under a temporary name, synced, and renamed.
 * Then all checkpoints before the last `keep` ones are removed.
 *
 * - It holds the checkpoint that is being written, and at most one that waits. A newer checkpoint replaces the waiting
 *   one.
 * - An error of the source is emitted after the earlier checkpoints are written. After unsubscribing, a write in
 *   progress still finishes.
 * - Errors: `HW_WRITE` if a file cannot be written and there is no `failed`; any error that `about` throws.
 *
 * @param dir the folder; it is created if it does not exist. Only this training may use it
 * @param options `keep`, `replaces`, `about`, `first`, `written`, `failed`
 * @throws HeadwaterError `HW_USAGE` if `keep` is not a whole number of at least 1
 * @see latestCheckpoint, which reads them
 *
 * @example
 * ```ts
 * import { mkdtemp } from 'node:fs/promises';
 * import { tmpdir } from 'node:os';
 * import { join } from 'node:path';
 * import { lastValueFrom, of } from 'rxjs';
 * import { alongside, checkpoints, fit, latestCheckpoint, type BatchSource } from 'headwater';
 * import { labelledBatch, recordingModel } from 'headwater/testing';
 *
 * const source: BatchSource = {
 *   rows: { train: 4, validation: 4, test: 0 },
 *   batches: () => of(labelledBatch({ size: 4 })),
 * };
 * const dir = join(await mkdtemp(join(tmpdir(), 'headwater-')), 'checkpoints');
 * const options = { epochs: 3, checkpointEvery: 1 };
 * await lastValueFrom(of(source).pipe(fit(recordingModel(), options), alongside(checkpoints(dir))));
 * // Later, in another process:
 * const latest = await latestCheckpoint(dir)();
 * if (latest._tag === 'Left') throw latest.left;
 * const model = recordingModel();
 * await lastValueFrom(of(source).pipe(fit(model, { ...options, from: latest.right?.checkpoint })));
 * ```
 */
export const checkpoints = (
  dir: string,
  options: CheckpointsOptions = {},
): OperatorFunction<MaybeCheckpoint, never> => {
  checkOptions('checkpoints', options, 'dir, { keep: 3 }');
  const { keep = 3, replaces = false, about, first, written, failed } = options;
  checkWhole('checkpoints', 'keep', keep, 1);
  checkTypes('checkpoints', { replaces }, { replaces: 'boolean' });
  return (source) =>
    new Observable((subscriber) => {
      const follow = subscribeSink(subscriber);
      let waiting: Waiting | undefined;
      let writing = false;
      let ended: (() => void) | undefined;
      /** The number of the next file; undefined until the folder was read. */
      let ordinal: number | undefined;
      /** Files of another training, until they are removed. */
      let foreign: readonly string[] = [];

      const write = async ({ checkpoint, about: said }: Waiting): Promise<CheckpointWritten> => {
        // Each time: the folder may have been moved or removed while the model trained.
        await makeFolder(dir);
        if (ordinal === undefined) {
          await clearLeftBehind(dir);
          const present = await checkpointFiles(dir);
          ordinal = (present[0]?.ordinal ?? 0) + 1;
          if (replaces) foreign = present.map(({ name }) => name);
        }
        const bytes = encodeCheckpoint(checkpoint, said);
        const path = join(dir, checkpointName(ordinal, bytes));
        const temporary = await writeTemporary(dir, bytes);
        try {
          if (first !== undefined)
            await lastValueFrom(defer(first).pipe(ignoreElements()), { defaultValue: undefined });
          await rename(temporary, path);
        } catch (error) {
          await discard(temporary);
          throw error;
        }
        ordinal += 1;
        await syncFolder(dir);
        const old = (await checkpointFiles(dir)).slice(keep).map(({ name }) => name);
        for (const name of new Set([...foreign, ...old])) await rm(join(dir, name), { force: true });
        foreign = [];
        return { path, checkpoint, bytes: bytes.length };
      };

      const start = (next: Waiting): void => {
        writing = true;
        // The write is not added to the subscriber, because it must finish even after unsubscribing.
        write(next).then(
          (done) => {
            written?.next(done);
            goOn();
          },
          (cause: unknown) => {
            const error = new HeadwaterError(
              'HW_WRITE',
              `A checkpoint could not be written to ${dir}: ` +
                `${messageOf(cause)}. Free some disk space, or check the folder.`,
              { cause, where: dir },
            );
            if (failed === undefined) subscriber.error(error);
            else failed.next(error);
            goOn();
          },
        );
      };
      const goOn = (): void => {
        writing = false;
        const next = waiting;
        waiting = undefined;
        if (next !== undefined && !subscriber.closed) start(next);
        else ended?.();
      };
      const finish = (end: () => void): void => {
        if (writing) ended = end;
        else end();
      };

      follow(source, {
        next: ({ type, checkpoint }) => {
          if (type !== 'checkpoint' || checkpoint === undefined) return;
          const next = { checkpoint, about: about?.(checkpoint) ?? null };
          if (writing) waiting = next;
          else start(next);
        },
        error: (error) => finish(() => subscriber.error(error)),
        complete: () => finish(() => subscriber.complete()),
      });
    });
};
