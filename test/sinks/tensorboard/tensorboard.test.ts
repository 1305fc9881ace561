import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import {
  BehaviorSubject,
  concat,
  EMPTY,
  lastValueFrom,
  NEVER,
  of,
  range,
  Subject,
  throwError,
  type Observable,
  type SchedulerLike,
  asyncScheduler,
  map,
} from 'rxjs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TrainingEvent } from '../../../src/contracts/training/TrainingEvent.js';
import type { Valve } from '../../../src/contracts/flow/Valve.js';
import type { ReportMade } from '../../../src/sinks/metrics/ReportMade.js';
import { scores } from '../../../src/sinks/metrics/scores.js';
import { tensorboard } from '../../../src/sinks/tensorboard/tensorboard.js';
import { ended, epochEnded, epochStarted, started, step, validationStep } from '../events.js';
import { systemError } from '../FakeStream.js';
import { curve, readEvent, readRecords, type ReadEvent } from './readEvents.js';

let dir = '';
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'headwater-tensorboard-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const NOON = Date.UTC(2026, 10, 23, 12);

/** A clock that is set by hand, in milliseconds after noon. */
const clock = (): SchedulerLike & { at: number } => ({
  at: 0,
  now(): number {
    return NOON + this.at;
  },
  schedule: asyncScheduler.schedule.bind(asyncScheduler),
});

const written = (result$: Observable<never>): Promise<unknown> => lastValueFrom(result$, { defaultValue: 'complete' });

const eventsIn = (bytes: Uint8Array): readonly ReadEvent[] => readRecords(bytes).map(readEvent);

/** Every file below a folder, by its path in it, as the events that it holds. */
const runsIn = async (folder: string): Promise<Readonly<Record<string, readonly ReadEvent[]>>> => {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const read = await Promise.all(
    files.map(async (path) => [path.slice(folder.length + 1), eventsIn(await readFile(path))] as const),
  );
  return Object.fromEntries(read);
};

/** A stream that takes its writes when it is told to. */
class SlowStream extends Writable {
  readonly taken: Uint8Array[] = [];
  readonly #waiting: (() => void)[] = [];

  constructor(highWaterMark: number) {
    super({ highWaterMark });
  }

  override _write(chunk: Uint8Array, _encoding: BufferEncoding, done: () => void): void {
    this.#waiting.push(() => {
      this.taken.push(chunk);
      done();
    });
  }

  async takeAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      this.#waiting.shift()?.();
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}

const brake = (): Valve & { readonly open$: BehaviorSubject<boolean> } => {
  const open$ = new BehaviorSubject(true);
  let holders = 0;
  return {
    open$,
    get isOpen() {
      return open$.value;
    },
    hold: () => {
      if (holders++ === 0) open$.next(false);
      return () => {
        if (--holders === 0) open$.next(true);
      };
    },
  };
};

const report: ReportMade = {
  type: 'report',
  model: 'gru',
  report: {
    classes: ['Sports', 'World|2'],
    confusion: [3, 1, 0, 4],
    performance: scores([3, 1, 0, 4], ['Sports', 'World|2']),
    accuracy: 0.875,
    loss: 0.25,
    rows: 8,
  },
};

describe('tensorboard', () => {
  it('writes a run that tells of every step, every epoch, the test rows and the settings', async () => {
    const scheduler = clock();
    const event$ = new Subject<TrainingEvent | ReportMade>();
    const done = written(event$.pipe(tensorboard(dir, { scheduler, hyperparameters: { cell: 'gru', lr: 1e-3 } })));
    const tell = (at: number, ...events: readonly (TrainingEvent | ReportMade)[]): void => {
      scheduler.at = at;
      for (const event of events) event$.next(event);
    };
    tell(0, started());
    tell(1000, epochStarted(1));
    tell(1500, step(1, 0, 30, 'gru', 0.75));
    tell(2000, step(1, 1, 20, 'gru', 0.5));
    tell(5000, validationStep(1), epochEnded(1, true));
    tell(6000, epochStarted(2));
    tell(6100, step(2, 0, 50, 'gru', 0.25));
    tell(6200, validationStep(2), epochEnded(2, false), { ...ended(), bestEpoch: 1 });
    tell(7000, report);
    event$.complete();
    await done;

    const runs = await runsIn(dir);
    const seconds = NOON / 1000;
    expect(Object.keys(runs)).toEqual([
      join('gru-20261123T120000Z', `events.out.tfevents.${seconds}.${hostname()}.${process.pid}.headwater`),
    ]);
    const events = Object.values(runs)[0] ?? [];
    expect(events[0]).toEqual({ wallTime: seconds, step: 0, version: 'brain.Event:2', values: {} });
    expect(curve(events, 'loss/step')).toEqual([
      [0, 0.75],
      [1, 0.5],
      [2, 0.25],
    ]);
    expect(curve(events, 'loss/train')).toEqual([
      [1, Math.fround(0.8123)],
      [2, Math.fround(0.8123)],
    ]);
    expect(curve(events, 'loss/validation')).toEqual([
      [1, Math.fround(0.9009)],
      [2, Math.fround(0.9009)],
    ]);
    expect(curve(events, 'accuracy/validation')).toEqual([
      [1, 0.625],
      [2, 0.625],
    ]);
    expect(curve(events, 'macro_f1/validation')).toEqual([
      [1, 0.5],
      [2, 0.5],
    ]);
    expect(curve(events, 'learning_rate')).toEqual([
      [1, Math.fround(1e-3)],
      [2, Math.fround(1e-3)],
    ]);
    // 50 rows within the second after the epoch began; measuring the validation side is no part of it.
    expect(curve(events, 'rows_per_second')).toEqual([
      [1, 50],
      [2, 500],
    ]);
    expect(curve(events, 'accuracy/test')).toEqual([[1, 0.875]]);
    expect(curve(events, 'loss/test')).toEqual([[1, 0.25]]);
    expect(curve(events, 'f1/test')).toEqual([[1, Math.fround(report.report.performance.overall.f1)]]);
    expect(events.map(({ wallTime }) => Math.round((wallTime - seconds) * 1000))).toEqual([
      0, 0, 1500, 2000, 5000, 6100, 6200, 7000, 7000,
    ]);
    expect(events[1]?.values['configuration']).toContain('| cell | gru |\n| lr | 0\\.001 |');
    const text = String(events.at(-2)?.values['report/test']);
    expect(text.split('\n').every((line) => line.startsWith('    '))).toBe(true);
    expect(text).toMatch(/World\|2\s+│\s+0 │\s+4/);
    expect(Object.keys(events.at(-1)?.values ?? {})).toEqual(['_hparams_/session_end_info']);
  });

  it('shows each epoch to who reads beside it, before the training has ended', async () => {
    const event$ = new Subject<TrainingEvent>();
    const done = written(event$.pipe(tensorboard(dir)));
    for (const event of [started(), epochStarted(1), step(1, 0), epochEnded(1, true)]) event$.next(event);
    await expect.poll(async () => curve(Object.values(await runsIn(dir))[0] ?? [], 'loss/train').length).toBe(1);
    event$.next(epochEnded(2, true));
    await expect.poll(async () => curve(Object.values(await runsIn(dir))[0] ?? [], 'loss/train').length).toBe(2);
    event$.complete();
    await done;
  });

  it('writes the loss of one step in so many', async () => {
    await written(
      range(0, 10).pipe(
        map((n) => step(1, n, 20, 'gru', n)),
        tensorboard(dir, { everySteps: 4 }),
      ),
    );
    expect(curve(Object.values(await runsIn(dir))[0] ?? [], 'loss/step')).toEqual([
      [0, 0],
      [4, 4],
      [8, 8],
    ]);
  });

  it('gives each model and each training a run of its own, and steps of its own', async () => {
    const scheduler = clock();
    const first = of(
      started('gru'),
      started('my/rnn'),
      step(1, 0, 20, 'gru'),
      step(1, 0, 20, 'my/rnn'),
      step(1, 1, 20, 'my/rnn'),
      ended('gru'),
      started('gru'),
      step(1, 0, 20, 'gru'),
    );
    await written(first.pipe(tensorboard(dir, { scheduler })));
    const runs = await runsIn(dir);
    expect(
      Object.entries(runs)
        .map(([path, events]) => [path.split('/')[0], curve(events, 'loss/step').map(([at]) => at)])
        .sort(),
    ).toEqual([
      ['gru-20261123T120000Z', [0]],
      ['gru-20261123T120000Z-2', [0]],
      ['my_rnn-20261123T120000Z', [0, 1]],
    ]);
  });

  it('makes no file where there is no training', async () => {
    await written(EMPTY.pipe(tensorboard(join(dir, 'none'))));
    expect(await readdir(dir)).toEqual([]);
  });

  it('passes an error of the source on once what came before it is written, and says that the session failed', async () => {
    const failure = new Error('the source broke');
    await expect(
      written(
        concat(
          of(started(), step(1, 0)),
          throwError(() => failure),
        ).pipe(tensorboard(dir)),
      ),
    ).rejects.toBe(failure);
    const events = Object.values(await runsIn(dir))[0] ?? [];
    expect(curve(events, 'loss/step').length).toBe(1);
    // SessionEndInfo { status: STATUS_FAILURE … } in field 4.
    expect(Buffer.from(events.at(-1)?.values['_hparams_/session_end_info'] as Uint8Array).toString('hex')).toMatch(
      /^220b0802/,
    );
  });

  it('closes its file when it is left, with what came before', async () => {
    concat(of(started(), step(1, 0), step(1, 1)), NEVER)
      .pipe(tensorboard(dir))
      .subscribe()
      .unsubscribe();
    await expect.poll(async () => curve(Object.values(await runsIn(dir))[0] ?? [], 'loss/step').length).toBe(2);
  });

  it('ends its stream when it is left, and when it fails', () => {
    const [left, failing] = [new SlowStream(1000), new SlowStream(1000)];
    concat(of(started()), NEVER)
      .pipe(tensorboard(dir, { open: () => left }))
      .subscribe()
      .unsubscribe();
    expect(left.writableEnded).toBe(true);
    range(0, 100)
      .pipe(
        map((n) => step(1, n)),
        tensorboard(dir, { limit: 2000, open: () => failing }),
      )
      .subscribe({ error: () => undefined });
    expect(failing.writableEnded).toBe(true);
  });

  it('holds the valve while the disk is behind, and releases it', async () => {
    const stream = new SlowStream(500);
    const valve = brake();
    const event$ = new Subject<TrainingEvent>();
    const done = written(event$.pipe(tensorboard(dir, { valve, open: () => stream })));
    event$.next(started());
    let sent = 0;
    for (; valve.isOpen && sent < 1000; sent++) event$.next(step(1, sent));
    expect(valve.isOpen).toBe(false);
    expect(stream.writableLength).toBeLessThan(500 + 500);
    await stream.takeAll();
    expect(valve.isOpen).toBe(true);
    event$.complete();
    await stream.takeAll();
    await done;
    expect(curve(eventsIn(Buffer.concat(stream.taken)), 'loss/step').length).toBe(sent);
  });

  it('releases the valve when it is left', () => {
    const valve = brake();
    const subscription = concat(of(started()), NEVER)
      .pipe(tensorboard(dir, { valve, open: () => new SlowStream(1) }))
      .subscribe();
    expect(valve.isOpen).toBe(false);
    subscription.unsubscribe();
    expect(valve.isOpen).toBe(true);
  });

  it('says HW_OVERFLOW where more waits than the limit', async () => {
    const steps$ = range(0, 1000).pipe(map((n) => step(1, n)));
    await expect(
      written(steps$.pipe(tensorboard(dir, { limit: 2000, open: () => new SlowStream(100) }))),
    ).rejects.toMatchObject({ code: 'HW_OVERFLOW' });
  });

  it('says HW_PATH where a file is in the way, and HW_WRITE where the disk is full or the stream is gone', async () => {
    await writeFile(join(dir, 'file'), '');
    await expect(written(of(started()).pipe(tensorboard(join(dir, 'file'))))).rejects.toMatchObject({
      code: 'HW_PATH',
    });
    const full = (): Writable => new Writable({ write: (_chunk, _encoding, done) => done(systemError('ENOSPC')) });
    await expect(written(concat(of(started()), NEVER).pipe(tensorboard(dir, { open: full })))).rejects.toMatchObject({
      code: 'HW_WRITE',
      cause: { code: 'ENOSPC' },
    });
    const gone = new SlowStream(100);
    const result = written(concat(of(started()), NEVER).pipe(tensorboard(dir, { open: () => gone })));
    gone.destroy();
    await expect(result).rejects.toMatchObject({ code: 'HW_WRITE' });
  });

  it('refuses options that cannot work', () => {
    for (const options of [{ everySteps: 0 }, { everySteps: 1.5 }, { limit: 0 }, { limit: NaN }])
      expect(() => tensorboard(dir, options)).toThrow(expect.objectContaining({ code: 'HW_USAGE' }));
  });
});
