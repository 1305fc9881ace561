import { lastValueFrom, map, of, Subject, take, toArray, VirtualTimeScheduler } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { LiveHeadline, LivePrediction } from '../../../src/contracts/live/Live.js';
import type { PaddedBatch } from '../../../src/contracts/rows/PaddedBatch.js';
import { classifyLive } from '../../../src/operators/live/classifyLive.js';
import { microBatch } from '../../../src/operators/live/microBatch.js';
import { recordingModel } from '../../../src/testing/recordingModel.js';
import { runMarbles } from '../../../src/testing/runMarbles.js';
import { LabelEncoder } from '../../../src/text/LabelEncoder.js';
import { Tokenizer } from '../../../src/text/Tokenizer.js';
import { headline } from '../../operators/live/headline.js';

const tokenizer = await lastValueFrom(of('ferry copper otters comet probe relay final').pipe(Tokenizer.fit()));
const labelEncoder = LabelEncoder.of(['Business', 'Sports', 'World']);

/** Probabilities by the row's first token: each title's answer is its own, wherever its row stands. */
const answers: Record<string, readonly number[]> = {
  ferry: [0.125, 0.25, 0.625],
  copper: [0.5, 0.25, 0.25],
  otters: [0.25, 0.5, 0.25],
  comet: [0.375, 0.375, 0.25],
  '<UNK>': [0, 0, 1],
};
const probabilities = ({ tokens, time }: PaddedBatch, row: number): readonly number[] =>
  answers[tokenizer.tokens[tokens[row * time] ?? 0] ?? ''] ?? [];
const answering = () => recordingModel({ classes: 3, probabilities });

const titles = {
  a: 'The Ferry: probe and final relay',
  b: 'Copper',
  c: 'Otters (final) relay',
  d: 'Comet probe',
  e: 'Nothing known',
};
const item = (name: keyof typeof titles, id: number, seen = 0): LiveHeadline =>
  headline({ id, title: titles[name], seen });
const batches = { A: [item('a', 0), item('b', 1), item('c', 2)], B: [item('d', 3), item('e', 4)], Z: [] };

/** How many words of each title are in the vocabulary. */
const KNOWN: Readonly<Record<string, number>> = {
  [titles.a]: 4,
  [titles.b]: 1,
  [titles.c]: 2,
  [titles.d]: 2,
};

const prediction = (
  of: LiveHeadline,
  latencyMs: number,
  ...distribution: readonly (readonly [string, number])[]
): LivePrediction => ({
  type: 'live-prediction',
  headline: of,
  category: distribution[0]?.[0] ?? '',
  distribution: distribution.map(([category, probability]) => ({ category, probability })),
  known: KNOWN[of.title] ?? 0,
  latencyMs,
});
/** What comes of the headlines, with what they have waited by then. */
const predictions = (atA: number, atB: number): Record<string, LivePrediction> => ({
  a: prediction(batches.A[0]!, atA, ['World', 0.625], ['Sports', 0.25], ['Business', 0.125]),
  b: prediction(batches.A[1]!, atA, ['Business', 0.5], ['Sports', 0.25], ['World', 0.25]),
  c: prediction(batches.A[2]!, atA, ['Sports', 0.5], ['Business', 0.25], ['World', 0.25]),
  d: prediction(batches.B[0]!, atB, ['Business', 0.375], ['Sports', 0.375], ['World', 0.25]),
  e: prediction(batches.B[1]!, atB, ['World', 1], ['Business', 0], ['Sports', 0]),
});

describe('classifyLive', () => {
  it('emits one prediction a headline, in the order in which they came, with all classes, the most probable first, and what it took', () => {
    const model = answering();
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const batch$ = cold('--A------B---|', batches);
      const expected = '   --(abc)--(de)|';
      const subscribed = ' ^------------!';
      expectObservable(batch$.pipe(classifyLive({ model, tokenizer, labelEncoder }))).toBe(expected, predictions(2, 9));
      expectSubscriptions(batch$.subscriptions).toBe(subscribed);
    });
    expect(model.predicted).toHaveLength(2);
  });

  it('gives the model preprocessed titles, in one batch, and the unknown token where nothing is left', () => {
    const model = answering();
    of([...batches.A, headline({ id: 7, title: 'the (and)' })])
      .pipe(classifyLive({ model, tokenizer, labelEncoder }))
      .subscribe();
    const batch = model.predicted[0]!;
    const text = (row: number): string =>
      tokenizer.decode(batch.tokens.subarray(row * batch.time, row * batch.time + (batch.lengths[row] ?? 0)));
    expect([...batch.ids].map((id, row) => [id, text(row)])).toEqual([
      [0, 'ferry probe final relay'],
      [1, 'copper'],
      [2, 'otters relay'],
      [7, '<UNK>'],
    ]);
  });

  it('leaves out the stop words that it is given, and gives a text of no characters the unknown token', async () => {
    const letters = await lastValueFrom(of('ferry').pipe(Tokenizer.fit({ charLevel: true })));
    const model = recordingModel({ classes: 3 });
    of([headline({ title: 'Ferry' }), headline({ title: 'The' })])
      .pipe(classifyLive({ model, tokenizer: letters, labelEncoder, stopWords: ['ferry'] }))
      .subscribe();
    expect(model.predicted[0]).toMatchObject({ size: 2, lengths: Int32Array.of(1, 3) });
    expect(model.predicted[0]!.tokens[0]).toBe(letters.unknownIndex);
  });

  it('asks once a batch which model is in use', () => {
    const second = recordingModel({ classes: 3, probabilities: () => [0, 1, 0] });
    const models = [answering(), second];
    let asked = 0;
    const seen: string[] = [];
    of(batches.A, batches.B)
      .pipe(classifyLive({ model: () => models[asked++]!, tokenizer, labelEncoder }))
      .subscribe(({ category }) => seen.push(category));
    expect(seen).toEqual(['World', 'Business', 'Sports', 'Sports', 'Sports']);
    expect(asked).toBe(2);
  });

  it('counts the latency from when each headline was seen, by the scheduler that it is given', () => {
    const scheduler = new VirtualTimeScheduler();
    scheduler.frame = 1000;
    const seen: number[] = [];
    of([item('a', 0, 400), item('b', 1, 990)])
      .pipe(classifyLive({ model: answering(), tokenizer, labelEncoder, scheduler }))
      .subscribe(({ latencyMs }) => seen.push(latencyMs));
    expect(seen).toEqual([600, 10]);
  });

  it('counts what the model took into the latency', () => {
    const scheduler = new VirtualTimeScheduler();
    const model = recordingModel({
      classes: 3,
      probabilities: () => {
        scheduler.frame += 5;
        return [1, 0, 0];
      },
    });
    const seen: number[] = [];
    of(batches.A)
      .pipe(classifyLive({ model, tokenizer, labelEncoder, scheduler }))
      .subscribe(({ latencyMs }) => seen.push(latencyMs));
    expect(seen).toEqual([15, 15, 15]);
  });

  it('makes of headlines that come one by one, with microBatch, predictions, and counts what each has waited', () => {
    runMarbles(({ cold, expectObservable }) => {
      const [a, b, c] = batches.A;
      const source = cold('a-b-c|', { a: { ...a!, seen: 0 }, b: { ...b!, seen: 2 }, c: { ...c!, seen: 4 } });
      const latencies = source.pipe(
        microBatch({ maxSize: 8, maxWaitMs: 3 }),
        classifyLive({ model: answering(), tokenizer, labelEncoder }),
        map(({ latencyMs }) => latencyMs),
        toArray(),
      );
      expectObservable(latencies).toBe('-----(x|)', { x: [3, 1, 1] });
    });
  });

  it('emits nothing for an empty batch, and asks no model', () => {
    const model = answering();
    runMarbles(({ cold, expectObservable }) => {
      expectObservable(cold('--Z--|', batches).pipe(classifyLive({ model, tokenizer, labelEncoder }))).toBe('-----|');
    });
    expect(model.calls).toEqual([]);
  });

  it('waits on a source that never emits', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const batch$ = cold('-', batches);
      expectObservable(batch$.pipe(classifyLive({ model: answering(), tokenizer, labelEncoder })), '^--!').toBe('-');
      expectSubscriptions(batch$.subscriptions).toBe('^--!');
    });
  });

  it('hands on an error of the source', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const batch$ = cold('-A-----#', batches, 'cut');
      expectObservable(batch$.pipe(classifyLive({ model: answering(), tokenizer, labelEncoder }))).toBe(
        '-(abc)-#',
        predictions(1, 0),
        'cut',
      );
      expectSubscriptions(batch$.subscriptions).toBe('^------!');
    });
  });

  it('ends with what the model throws, none of that batch emitted, and leaves the source', () => {
    const thrown = new Error('no memory');
    const model = recordingModel({
      classes: 3,
      probabilities: (batch, row) => {
        if (batch.ids[row] === 4) throw thrown;
        return probabilities(batch, row);
      },
    });
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const batch$ = cold('-A-----B-A|', batches);
      expectObservable(batch$.pipe(classifyLive({ model, tokenizer, labelEncoder }))).toBe(
        '-(abc)-#',
        predictions(1, 0),
        thrown,
      );
      expectSubscriptions(batch$.subscriptions).toBe('^------!');
    });
  });

  it('predicts no batch more once it is unsubscribed from', () => {
    const model = answering();
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const batch$ = cold('-A-----B-|', batches);
      expectObservable(batch$.pipe(classifyLive({ model, tokenizer, labelEncoder })), '^-----!').toBe(
        '-(abc)',
        predictions(1, 0),
      );
      expectSubscriptions(batch$.subscriptions).toBe('^-----!');
    });
    expect(model.predicted).toHaveLength(1);
  });

  it('predicts no further batch when a synchronous consumer has enough', () => {
    const model = answering();
    const seen: number[] = [];
    of(batches.A, batches.B)
      .pipe(classifyLive({ model, tokenizer, labelEncoder }), take(2))
      .subscribe(({ headline: { id } }) => seen.push(id));
    expect(seen).toEqual([0, 1]);
    expect(model.predicted).toHaveLength(1);
  });

  it('keeps the order when a consumer pushes a batch from within', () => {
    const batch$ = new Subject<readonly LiveHeadline[]>();
    const seen: number[] = [];
    batch$.pipe(classifyLive({ model: answering(), tokenizer, labelEncoder })).subscribe(({ headline: { id } }) => {
      seen.push(id);
      if (id === 0) batch$.next(batches.B);
    });
    batch$.next(batches.A);
    expect(seen).toEqual([0, 1, 2, 3, 4]);
  });

  it('ends with HW_NUMERIC rather than call a headline of NaN the first class', () => {
    const seen: unknown[] = [];
    of(batches.A)
      .pipe(
        classifyLive({
          model: recordingModel({ classes: 3, probabilities: () => [0, 0.5, NaN] }),
          tokenizer,
          labelEncoder,
        }),
      )
      .subscribe({ next: (value) => seen.push(value), error: (error: unknown) => seen.push(error) });
    expect(seen).toEqual([expect.objectContaining({ code: 'HW_NUMERIC' })]);
  });

  it('ends with HW_USAGE where model and label encoder do not know as many classes', () => {
    const seen: unknown[] = [];
    of(batches.A)
      .pipe(classifyLive({ model: recordingModel({ classes: 2 }), tokenizer, labelEncoder }))
      .subscribe({ next: (value) => seen.push(value), error: (error: unknown) => seen.push(error) });
    expect(seen).toEqual([
      expect.objectContaining({
        code: 'HW_USAGE',
        message: expect.stringContaining('has 2 classes, but the label encoder 3') as unknown,
      }),
    ]);
  });

  it('refuses an empty stop word', () => {
    expect(() => classifyLive({ model: answering(), tokenizer, labelEncoder, stopWords: [''] })).toThrow(
      expect.objectContaining({ code: 'HW_USAGE' }),
    );
  });

  it('refuses a blank title, as the sources do', () => {
    const seen: unknown[] = [];
    of([headline({ id: 4, title: ' ' })])
      .pipe(classifyLive({ model: answering(), tokenizer, labelEncoder }))
      .subscribe({ next: (value) => seen.push(value), error: (error: unknown) => seen.push(error) });
    expect(seen).toEqual([expect.objectContaining({ code: 'HW_USAGE' })]);
    expect(String(seen[0])).toContain('the title of headline 4');
  });
});
