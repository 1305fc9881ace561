import { mkdtempSync, readdirSync, readFileSync, renameSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isLeft } from 'fp-ts/lib/Either.js';
import { filter, lastValueFrom, map, of, Subject, take, tap, throwError, timer, toArray } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { checkpoints, type CheckpointsOptions, type CheckpointWritten } from '../../src/checkpoints/checkpoints.js';
import { decodeCheckpoint, encodeCheckpoint } from '../../src/checkpoints/encodeCheckpoint.js';
import { latestCheckpoint, removeCheckpoints } from '../../src/checkpoints/latestCheckpoint.js';
import type { BatchSource } from '../../src/contracts/training/BatchSource.js';
import type { Checkpoint } from '../../src/contracts/training/Checkpoint.js';
import type { HeadwaterError } from '../../src/contracts/HeadwaterError.js';
import { fit } from '../../src/operators/training/fit.js';
import { alongside } from '../../src/sinks/alongside.js';
import { labelledBatch } from '../../src/testing/labelledBatch.js';
import { recordingModel } from '../../src/testing/recordingModel.js';

const folder = (): string => join(mkdtempSync(join(tmpdir(), 'headwater-')), 'checkpoints');

/** Checkpoints of `train` that are being written. */
let writing = 0;

/** Batches that wait until every checkpoint is written, so that none takes the place of another. */
const source: BatchSource = {
  rows: { train: 8, validation: 4, test: 0 },
  batches: (side) =>
    timer(0, 5).pipe(
      filter(() => writing === 0),
      take(side === 'train' ? 2 : 1),
      map((_, i) => labelledBatch({ seed: i, size: 4 })),
    ),
};
const train = (dir: string, { written, failed, ...options }: CheckpointsOptions = {}) => {
  writing = 0;
  /** Counts what is written or has failed, and tells it. */
  const counted = <T>(told: { next(value: T): void } | undefined) => ({
    next: (value: T) => {
      writing -= 1;
      told?.next(value);
    },
  });
  return lastValueFrom(
    of(source).pipe(
      fit(recordingModel(), { epochs: 2, steps: [], checkpointEvery: 1 }),
      tap(({ type }) => {
        if (type === 'checkpoint') writing += 1;
      }),
      alongside(
        checkpoints(dir, { ...options, written: counted(written), ...(failed && { failed: counted(failed) }) }),
      ),
      toArray(),
    ),
  );
};

const newest = async (dir: string, refused: HeadwaterError[] = []) => {
  const read = await latestCheckpoint(dir, { refused: { next: (error) => refused.push(error) } })();
  if (isLeft(read)) throw read.left;
  return read.right;
};

describe('checkpoints', () => {
  it('keeps the last few, each with its hash in its name, and reads back what was told', async () => {
    const dir = folder();
    const written: CheckpointWritten[] = [];
    const events = await train(dir, {
      keep: 2,
      about: ({ steps }) => ({ steps, data: 'abc', rate: Infinity }),
      written: { next: (one) => written.push(one) },
    });
    const told = events.flatMap((event) => (event.type === 'checkpoint' ? [event.checkpoint] : []));
    expect(written.length).toBeGreaterThan(3);
    expect(readdirSync(dir).sort()).toEqual(
      written
        .slice(-2)
        .map(({ path }) => path.slice(dir.length + 1))
        .sort(),
    );
    const latest = await newest(dir);
    expect(latest?.checkpoint).toEqual(told.at(-1));
    expect(latest?.checkpoint.state.plateau.best).toBe(Infinity);
    expect(latest?.about).toEqual({ steps: 4, data: 'abc', rate: Infinity });
    await removeCheckpoints(dir);
    expect(await newest(dir)).toBeUndefined();
  });

  it('reads back the score that is monitored', async () => {
    const [checkpoint] = (await train(folder())).flatMap((event) =>
      event.type === 'checkpoint' ? [event.checkpoint] : [],
    );
    const monitored: Checkpoint = {
      ...checkpoint!, // `train` asks for one after each step
      settings: { ...checkpoint!.settings, monitor: 'accuracy' },
      state: { ...checkpoint!.state, best: { epoch: 1, loss: 0.5, score: 0.75 } },
    };
    expect(decodeCheckpoint(encodeCheckpoint(monitored))).toMatchObject({ right: { checkpoint: monitored } });
  });

  it.each([
    ['torn', (path: string) => truncateSync(path, 100)],
    [
      'edited',
      (path: string) => {
        const bytes = readFileSync(path);
        bytes[bytes.length - 1]! ^= 1;
        writeFileSync(path, bytes);
      },
    ],
  ] as const)('refuses a %s one by name, and gives the one before it', async (_how, damage) => {
    const dir = folder();
    await train(dir);
    const [before, last] = readdirSync(dir).sort().slice(-2);
    damage(join(dir, last!));
    const refused: HeadwaterError[] = [];
    expect((await newest(dir, refused))?.path).toBe(join(dir, before!));
    expect(refused.map(({ code, where }) => [code, where])).toEqual([['HW_ARTIFACT', join(dir, last!)]]);
    for (const name of readdirSync(dir)) truncateSync(join(dir, name), 10);
    const none = await latestCheckpoint(dir)();
    expect(isLeft(none) && none.left).toMatchObject({ code: 'HW_ARTIFACT', where: dir });
  });

  it('removes those of another training once it has one of its own', async () => {
    const dir = folder();
    await train(dir);
    const old = readdirSync(dir);
    await train(dir, { replaces: true, keep: 9 });
    expect(readdirSync(dir).filter((name) => old.includes(name))).toEqual([]);
    expect(readdirSync(dir)[0]).toMatch(/^checkpoint-00000[4-9]/);
  });

  it('lets no file appear before what must be done first, and tries again after a failure', async () => {
    const dir = folder();
    const failures: HeadwaterError[] = [];
    let asked = 0;
    await train(dir, {
      first: () => ((asked += 1) === 1 ? throwError(() => new Error('no log')) : of(0)),
      failed: { next: (error) => failures.push(error) },
    });
    expect(failures).toMatchObject([{ code: 'HW_WRITE', message: expect.stringContaining('no log') as string }]);
    expect(readdirSync(dir)[0]).toMatch(/^checkpoint-000/);
    expect(readdirSync(dir).every((name) => name.startsWith('checkpoint-'))).toBe(true);
  });

  it('makes its folder again if it was moved away while the model trained', async () => {
    const dir = folder();
    const paths: string[] = [];
    await train(dir, {
      written: {
        next: ({ path }) => {
          paths.push(path);
          if (paths.length === 2) renameSync(dir, `${dir}-moved`);
        },
      },
    });
    expect(readdirSync(`${dir}-moved`)).toHaveLength(2);
    expect(readdirSync(dir).map((name) => join(dir, name))).toEqual(paths.slice(2).slice(-3));
  });

  it('fails with the error of a write where nobody is told of it', async () => {
    const dir = folder();
    writeFileSync(dir, 'a file');
    await expect(train(dir)).rejects.toMatchObject({ code: 'HW_WRITE', where: dir });
  });

  it('emits nothing and writes nothing for other events, and passes an error on', async () => {
    const dir = folder();
    const event$ = new Subject<{ type: string }>();
    const ended = lastValueFrom(event$.pipe(checkpoints(dir)));
    event$.next({ type: 'step' });
    event$.error(new Error('broken'));
    await expect(ended).rejects.toThrow('broken');
    expect(() => readdirSync(dir)).toThrow('ENOENT');
  });
});

describe('decodeCheckpoint', () => {
  const bytes = async (): Promise<Uint8Array> => {
    const dir = folder();
    await train(dir);
    const latest = await newest(dir);
    return encodeCheckpoint(latest!.checkpoint);
  };

  it('gives back what was encoded, byte for byte', async () => {
    const first = await bytes();
    const read = decodeCheckpoint(first);
    if (isLeft(read)) throw read.left;
    expect(Buffer.from(encodeCheckpoint(read.right.checkpoint)).equals(Buffer.from(first))).toBe(true);
  });

  it('refuses what is none, by its field', async () => {
    const read = decodeCheckpoint(await bytes());
    if (isLeft(read)) throw read.left;
    const { checkpoint } = read.right;
    for (const [field, value] of Object.entries({ epoch: -1, side: 'test', steps: 1.5, history: 3, state: null })) {
      const damaged = decodeCheckpoint(encodeCheckpoint({ ...checkpoint, [field]: value }));
      expect(isLeft(damaged) && damaged.left).toMatchObject({
        code: 'HW_ARTIFACT',
        message: expect.stringContaining(field) as string,
      });
    }
  });
});
