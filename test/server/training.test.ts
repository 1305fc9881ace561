import { writeFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  concat,
  defer,
  finalize,
  map,
  merge,
  NEVER,
  type Observable,
  of,
  Subject,
  type Subscription,
  switchMap,
  tap,
} from 'rxjs';
import { afterEach, describe, expect, it } from 'vitest';
import type { Rejection } from '../../src/contracts/rows/Rejection.js';
import type { EpochEnded } from '../../src/contracts/training/EpochEnded.js';
import type { TrainingSnapshot } from '../../src/contracts/training/TrainingView.js';
import { classifier } from '../../src/models/classifier.js';
import { classifierConfig } from '../../src/models/ClassifierConfig.js';
import { batchSource } from '../../src/operators/batches/batchSource.js';
import { decode } from '../../src/operators/rows/decode.js';
import { evaluate } from '../../src/operators/training/evaluate.js';
import { fit } from '../../src/operators/training/fit.js';
import { headlineRow } from '../../src/operators/rows/headlineRow.js';
import { prepare } from '../../src/operators/rows/prepare.js';
import {
  serveTraining,
  type ServeTrainingOptions,
  type TrainingServerEvent,
} from '../../src/server/training/serveTraining.js';
import type { TrainingUpdate } from '../../src/server/training/TrainingUpdate.js';
import { metrics } from '../../src/sinks/metrics/metrics.js';
import { fetchCsv } from '../../src/streams/fetchCsv.js';
import { sampleCsv } from '../../src/streams/sample/sampleCsv.js';
import { valve } from '../../src/streams/valve.js';
import { ended, epochEnded, epochStarted, started, step } from '../sinks/events.js';
import { problemOf, type RawClient, rawClient } from './serving.js';

interface ServedTraining {
  readonly url: URL;
  readonly events: readonly TrainingServerEvent[];
  /** Settled when the server has ended; rejected where it ended in an error. */
  readonly ended: Promise<void>;
  readonly subscription: Subscription;
  readonly snapshot: () => Promise<TrainingSnapshot>;
  /** Listens to the events, from after the one of an id. */
  readonly listen: (lastEventId?: string) => Promise<RawClient>;
}

const running: Subscription[] = [];
afterEach(() => {
  for (const subscription of running.splice(0)) subscription.unsubscribe();
});

const serving = (update$: Observable<TrainingUpdate>, options: ServeTrainingOptions = {}): Promise<ServedTraining> =>
  new Promise((resolve, reject) => {
    const events: TrainingServerEvent[] = [];
    let settle: { readonly done: () => void; readonly fail: (error: unknown) => void } | undefined;
    const over = new Promise<void>((done, fail) => (settle = { done, fail }));
    over.catch(() => undefined);
    const subscription = serveTraining(update$, options).subscribe({
      next: (event) => {
        events.push(event);
        if (event.type !== 'listening') return;
        const { url } = event;
        const listen = async (lastEventId?: string): Promise<RawClient> => {
          const client = rawClient(url);
          client.socket.write(
            'GET /events HTTP/1.1\r\nHost: ' +
              `localhost\r\n${lastEventId === undefined ? '' : `Last-Event-ID: ${lastEventId}\r\n`}\r\n`,
          );
          await client.until(/retry: \d+\n\n/);
          return client;
        };
        // Later: the subscription is not there yet where everything happens at once.
        setImmediate(() =>
          resolve({
            url,
            events,
            ended: over,
            subscription,
            snapshot: async () => (await (await fetch(new URL('/training', url))).json()) as TrainingSnapshot,
            listen,
          }),
        );
      },
      error: (error: unknown) => {
        settle?.fail(error);
        reject(error instanceof Error ? error : new Error(String(error)));
      },
      complete: () => settle?.done(),
    });
    running.push(subscription);
  });

/** What an event stream has brought: names, ids and data. */
const heardIn = (text: string): readonly { readonly id: string; readonly name: string; readonly data: unknown }[] =>
  [...text.matchAll(/^id: (.*)\nevent: (.*)\ndata: (.*)$/gm)].map(([, id = '', name = '', data = '']) => ({
    id,
    name,
    data: JSON.parse(data) as unknown,
  }));

const namesIn = (text: string): readonly string[] => heardIn(text).map(({ name }) => name);

const rejection = (id: number): Rejection => ({
  type: 'rejection',
  reason: 'ragged',
  id,
  source: 'news.csv',
  line: id + 2,
  byte: 0,
  field: undefined,
  expected: '2 fields',
  got: '1',
});

/** A small training on the bundled sample, three of whose rows are broken. */
const training = (file: string): Observable<TrainingUpdate> =>
  defer(() => {
    const brake = valve();
    const rejected$ = new Subject<Rejection>();
    const row$ = fetchCsv(file, { valve: brake, rejections: rejected$ }).pipe(
      decode(headlineRow, { rejections: rejected$ }),
    );
    const update$ = prepare(row$, { valve: brake, rejections: rejected$ }).pipe(
      switchMap((split) => {
        const { tokenizer, labelEncoder, classCounts, classWeights, rows } = split;
        const config = classifierConfig({
          cell: 'gru',
          vocabularySize: tokenizer.size,
          classes: labelEncoder.size,
          embeddingDim: 8,
          hiddenDim: 8,
          fcDim: 8,
        });
        const model = classifier(config, { seed: 1, classWeights });
        const side = (name: 'train' | 'validation' | 'test') => ({
          rows: rows[name],
          classes: Object.fromEntries(
            labelEncoder.classes.map((category, index) => [category, classCounts[name][index] ?? 0]),
          ),
        });
        const prepared: TrainingUpdate = {
          type: 'prepared',
          config,
          classes: labelEncoder.classes,
          split: { train: side('train'), validation: side('validation'), test: side('test') },
        };
        const source = batchSource(split, { batchSize: 32, valve: brake });
        return concat(
          of(prepared),
          of(source).pipe(fit(model, { epochs: 4, learningRate: 1e-2, steps: [] })),
          source.batches('test', 1).pipe(
            evaluate(model),
            metrics(labelEncoder.classes),
            map((report): TrainingUpdate => ({ type: 'report', model: model.name, report })),
          ),
        ).pipe(finalize(() => model.dispose()));
      }),
      finalize(() => rejected$.complete()),
    );
    return merge(rejected$, update$);
  });

describe('a training that is served', () => {
  it('has all curves for whoever comes late, and every event for whoever listens', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'headwater-serve-training-'));
    try {
      const file = join(folder, 'news.csv');
      await writeFile(file, `${[...sampleCsv({ rows: 400 })].join('')}one field\nanother,\n,\n`);
      const told: TrainingUpdate[] = [];
      const drain$ = new Subject<void>();
      const begin$ = new Subject<void>();
      // The training waits for its first listener.
      const served = await serving(
        begin$.pipe(
          switchMap(() => training(file)),
          tap((update) => told.push(update)),
        ),
        { stay: true, drain$ },
      );
      const listener = await served.listen();
      begin$.next();
      begin$.complete();
      await expect.poll(() => served.events.at(-1)?.type).toBe('staying');

      const epochs = told.filter((update): update is EpochEnded => update.type === 'epoch');
      expect(epochs.length).toBe(4);
      const late = await served.snapshot();
      expect(late).toMatchObject({
        state: 'ended',
        epochs: 4,
        classes: ['Business', 'Sci/Tech', 'Sports', 'World'],
        config: { cell: 'gru', hiddenDim: 8 },
      });
      expect(late.history.filter(({ type }) => type === 'epoch')).toMatchObject(
        epochs.map(({ epoch, trainLoss, validationLoss }) => ({ epoch, trainLoss, validationLoss })),
      );
      expect(late.metrics).toEqual(
        epochs.map(({ epoch, validationAccuracy, validationMacroF1 }) => ({
          epoch,
          accuracy: validationAccuracy,
          macroF1: validationMacroF1,
        })),
      );
      expect(late.history[0]?.type).toBe('training-started');
      expect(late.history.at(-1)?.type).toBe('training-ended');
      expect(late.split?.train.rows).toBe(
        Object.values(late.split?.train.classes ?? {}).reduce((sum, rows) => sum + rows, 0),
      );
      const report = told.find((update) => update.type === 'report');
      expect(late.report).toEqual(JSON.parse(JSON.stringify(report?.report)));
      // Each epoch reads its rows again, and rejects them again: whoever passes rejections on tells of each once
      // (deadLetters).
      expect(late.rejections.byReason.map(({ reason, field }) => [reason, field])).toEqual(
        expect.arrayContaining([
          ['ragged', undefined],
          ['field', 'category'],
        ]),
      );

      const heard = heardIn(await listener.until(/event: ended\n/));
      expect(heard.filter(({ name }) => name === 'metrics').map(({ data }) => data)).toEqual(late.metrics);
      expect(
        heard
          .filter(({ name, data }) => name === 'training' && (data as { readonly type: string }).type !== 'step')
          .map(({ data }) => (data as { readonly type: string }).type),
      ).toEqual(['training-started', ...epochs.flatMap(() => ['epoch-started', 'epoch']), 'training-ended']);
      expect(heard.filter(({ name }) => name === 'report').map(({ data }) => data)).toEqual([late.report]);
      expect(heard.at(-1)).toEqual({ id: late.lastEventId, name: 'ended', data: {} });
      expect(heard.map(({ id }) => Number(id.split('-')[1]))).toEqual(heard.map((_, index) => index));

      const back = await served.listen(heard.find(({ name }) => name === 'report')?.id);
      expect(namesIn(await back.until(/event: ended\n/)).filter((name) => name !== 'rejections')).toEqual(['ended']);
      drain$.next();
      await served.ended;
      await listener.closed;
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('tells from the snapshot on what came after it, and nothing twice', async () => {
    const update$ = new Subject<TrainingUpdate>();
    const { snapshot, listen } = await serving(update$);
    expect(await snapshot()).toMatchObject({ state: 'preparing', lastEventId: null, config: null });
    update$.next(started());
    update$.next(epochStarted(1));
    const seen = await snapshot();
    expect(seen).toMatchObject({ state: 'training', epochs: 8 });
    update$.next(step(1, 0));
    const listener = await listen(seen.lastEventId ?? '');
    update$.next(epochEnded(1, true));
    const heard = heardIn(await listener.until(/event: metrics\n/));
    expect(heard.map(({ name, data }) => [name, (data as { readonly type?: string }).type])).toEqual([
      ['training', 'step'],
      ['training', 'epoch'],
      ['metrics', undefined],
    ]);
    expect(heard[0]?.data).toHaveProperty('rowsPerSecond');
    update$.next(ended());
    expect((await snapshot()).state).toBe('measuring');
  });

  it('tells of a flood of rejected rows now and then, and of all at the end', async () => {
    const update$ = new Subject<TrainingUpdate>();
    const { listen } = await serving(update$);
    const listener = await listen();
    for (let id = 0; id < 1000; id++) update$.next(rejection(id));
    update$.complete();
    const heard = heardIn(await listener.closed);
    expect(heard.map(({ name }) => name)).toEqual(['rejections', 'ended']);
    expect(heard[0]?.data).toMatchObject({
      total: 1000,
      byReason: [{ reason: 'ragged', count: 1000 }],
      examples: { length: 10 },
    });
  });

  it('ends at once where nobody listens, and where it is not to stay', async () => {
    const alone = await serving(of(started()), { stay: true });
    await alone.ended;
    expect(alone.events.map(({ type }) => type)).toEqual(['listening']);
    const update$ = new Subject<TrainingUpdate>();
    const left = await serving(update$);
    const listener = await left.listen();
    update$.complete();
    expect(namesIn(await listener.closed)).toEqual(['ended']);
    await left.ended;
  });

  it('tells listeners why it has failed, and then fails itself', async () => {
    const update$ = new Subject<TrainingUpdate>();
    const served = await serving(update$, { stay: true });
    const listener = await served.listen();
    const failure = new Error('the loss became NaN');
    update$.error(failure);
    expect(heardIn(await listener.closed).at(-1)).toMatchObject({
      name: 'ended',
      data: { error: 'the loss became NaN' },
    });
    await expect(served.ended).rejects.toBe(failure);
  });

  it('leaves the training when it is left, and cuts its connections', async () => {
    let left = 0;
    const served = await serving(concat(of(started()), NEVER).pipe(finalize(() => left++)));
    const listener = await served.listen();
    served.subscription.unsubscribe();
    expect(left).toBe(1);
    await listener.closed;
    await expect(fetch(new URL('/healthz', served.url))).rejects.toThrow();
  });

  it('is for pages of its own alone, and changes nothing', async () => {
    const { url } = await serving(NEVER);
    for (const path of ['/', '/training', '/events', '/healthz']) {
      expect(await problemOf(await fetch(new URL(path, url), { headers: { origin: 'https://evil.example' } }))).toEqual(
        ['origin', 403],
      );
      expect(await problemOf(await fetch(new URL(path, url), { method: 'POST' }))).toEqual(['method', 405]);
      const rebound = rawClient(url);
      rebound.socket.write(`GET ${path} HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n`);
      expect(await rebound.closed).toMatch(/^HTTP\/1\.1 421 /);
    }
    expect((await fetch(new URL('/healthz', url), { headers: { origin: url.origin } })).status).toBe(200);
    const missing = await fetch(new URL('/openapi.json', url));
    expect(await missing.text()).toContain('There is nothing at /openapi.json."');
  });

  it('does not begin where it cannot listen', async () => {
    const { url } = await serving(NEVER);
    let begun = false;
    const update$ = defer(() => {
      begun = true;
      return NEVER;
    });
    await expect(serving(update$, { port: Number(url.port) })).rejects.toMatchObject({
      code: 'HW_HTTP_CONNECT',
      where: `127.0.0.1:${url.port}`,
    });
    expect(begun).toBe(false);
  });

  it('refuses options that cannot work', () => {
    for (const options of [{ port: 65_536 }, { port: 0.5 }, { heartbeatMs: 0 }, { heartbeatMs: 60_000 }])
      expect(() => serveTraining(NEVER, options)).toThrow(expect.objectContaining({ code: 'HW_USAGE' }));
  });
});
