import {
  concat,
  EMPTY,
  filter,
  ignoreElements,
  map,
  NEVER,
  type Observable,
  of,
  Subject,
  take,
  throwError,
  VirtualTimeScheduler,
} from 'rxjs';
import { describe, expect, it } from 'vitest';
import type {
  DriftDetected,
  LateLabel,
  LearningEvent,
  LearningVocabulary,
} from '../../../src/contracts/live/Learning.js';
import type { LiveHeadline } from '../../../src/contracts/live/Live.js';
import { modelSlot } from '../../../src/operators/learning/modelSlot.js';
import { pageHinkley } from '../../../src/operators/learning/pageHinkley.js';
import { prequential, type PrequentialOptions } from '../../../src/operators/learning/prequential.js';
import { expectFlow } from '../../../src/testing/expectFlow.js';
import { recordingModel } from '../../../src/testing/recordingModel.js';
import { runMarbles } from '../../../src/testing/runMarbles.js';
import { cupOrVote, labelEncoder, liveHeadline } from '../../operators/learning/liveHeadline.js';

/** What an event says, in a word. */
const told = (event: LearningEvent): string => {
  switch (event.type) {
    case 'live-prediction':
      return `predict ${event.headline.id} ${event.category}`;
    case 'scored':
      return (
        `score ${event.prediction.headline.id} ` +
        `${event.correct ? 'right' : 'wrong'}${event.waitedMs === 0 ? '' : ` after ${event.waitedMs}`}`
      );
    case 'learnt':
      return `learn ${event.rows}+${event.replayed}`;
    case 'unlabelled':
      return `unlabelled ${event.prediction.headline.id} ${event.reason}`;
    case 'label-unused':
      return `unused ${event.label.category} ${event.reason}`;
    case 'drift':
      return `drift ${event.at}`;
    case 'swapped':
      return `swap ${event.model}`;
    case 'confirmed':
    case 'rolled-back':
      return `${event.type} ${event.after} ${event.accuracy} ${event.accuracyBefore}`;
  }
};

const right = (id: number, more: Partial<LiveHeadline> = {}) =>
  liveHeadline(id, 'cup', { category: 'Sports', ...more });
const wrong = (id: number) => liveHeadline(id, 'cup', { category: 'World' });
const open = (id: number, more: Partial<LiveHeadline> = {}) => liveHeadline(id, 'vote', more);

const settings = (
  more: Partial<PrequentialOptions> = {},
): PrequentialOptions & { readonly model: ReturnType<typeof recordingModel> } => {
  const model = recordingModel();
  return {
    model,
    slot: modelSlot(model, { trialRows: Infinity }),
    tokenizer: cupOrVote,
    labelEncoder,
    batchSize: 2,
    ...more,
  };
};

const batches = {
  A: [right(0), wrong(1)],
  B: [right(2)],
  O: [open(3)],
  P: [open(4, { guid: 'four' })],
  Q: [open(5), open(6)],
};

describe('prequential', () => {
  it('reports to the flow how many headlines wait for labels, and their bound', async () => {
    const event$ = of([open(0)], [open(1)], [open(2)]).pipe(prequential(settings({ labels$: EMPTY, maxWaiting: 2 })));
    const { stages } = await expectFlow(event$);
    expect(stages.flatMap(({ holdings }) => holdings)).toMatchObject([
      { operator: 'prequential', held: 0, most: 2, bound: 2 },
    ]);
  });

  it('predicts, scores, then learns, once there are enough rows for a step, and the rest at the end', () => {
    const { model, ...options } = settings();
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const batch$ = cold('-A-------B----|', batches);
      const expected = '   -(abcde)-(fg)-(h|)';
      expectObservable(batch$.pipe(prequential(options), map(told))).toBe(expected, {
        a: 'predict 0 Sports',
        b: 'predict 1 Sports',
        c: 'score 0 right',
        d: 'score 1 wrong',
        e: 'learn 2+0',
        f: 'predict 2 Sports',
        g: 'score 2 right',
        h: 'learn 1+0',
      });
      expectSubscriptions(batch$.subscriptions).toBe('^-------------!');
    });
    expect(model.calls.map(({ type }) => type)).toEqual(['predict', 'train', 'predict', 'train']);
    expect(model.trained.map(({ labels }) => [...labels])).toEqual([[0, 1], [0]]);
    expect(model.contexts).toEqual([
      { epoch: 1, step: 0, learningRate: 1e-3 },
      { epoch: 1, step: 1, learningRate: 1e-3 },
    ]);
  });

  it('fills every batch up with the padding token of its vocabulary, that of a trial too', () => {
    const model = recordingModel();
    const headlines = [right(0), liveHeadline(1, 'cup cup cup', { category: 'Sports' })];
    of(headlines)
      .pipe(
        prequential({
          ...settings(),
          slot: modelSlot(model, { trialRows: 2 }),
          tokenizer: { ...cupOrVote, padIndex: 7 },
        }),
      )
      .subscribe();
    const given = model.calls.flatMap((call) => ('batch' in call ? [[call.type, [...call.batch.tokens]]] : []));
    expect(given).toEqual(['predict', 'predict', 'train'].map((type) => [type, [2, 7, 7, 2, 2, 2]]));
  });

  it('does as its documentation draws it', () => {
    const drawn = { A: [open(0), wrong(1)], B: [open(2)] };
    const late: Record<string, LateLabel> = {
      a: { source: 'stdin', id: 0, category: 'World' },
      c: { source: 'stdin', id: 2, category: 'World' },
    };
    runMarbles(({ cold, expectObservable }) => {
      const batch$ = cold(' --A----------B--------|', drawn);
      const labels$ = cold('--------a---------c--|', late);
      const events$ = batch$.pipe(
        prequential(settings({ labels$ })),
        map(({ type }) => type),
      );
      expectObservable(events$).toBe('--(pps)-(sL)-p----s---(L|)', { p: 'live-prediction', s: 'scored', L: 'learnt' });
    });
  });

  it('tells what a score is made of', () => {
    const seen: LearningEvent[] = [];
    of(batches.A)
      .pipe(
        prequential(settings()),
        filter(({ type }) => type === 'scored'),
      )
      .subscribe((event) => seen.push(event));
    expect(seen).toEqual([
      {
        type: 'scored',
        prediction: expect.objectContaining({ headline: batches.A[0] }) as unknown,
        category: 'Sports',
        correct: true,
        loss: -Math.log(0.75),
        waitedMs: 0,
      },
      {
        type: 'scored',
        prediction: expect.objectContaining({ headline: batches.A[1] }) as unknown,
        category: 'World',
        correct: false,
        loss: -Math.log(0.25),
        waitedMs: 0,
      },
    ]);
  });

  it('scores by the prediction of the time when the label comes later, by id or by guid', () => {
    let answer = [0.25, 0.75];
    const model = recordingModel({ probabilities: () => answer });
    const late: Record<string, LateLabel> = {
      x: { source: 'stdin', guid: 'four', category: 'World' },
      y: { source: 'stdin', id: 3, category: 'World' },
    };
    runMarbles(({ cold, hot, expectObservable }) => {
      const batch$ = cold(' -O-P-----|', batches);
      const labels$ = hot('-----x-----y-|', late);
      const events$ = batch$.pipe(
        prequential({ ...settings(), slot: modelSlot(model), labels$, batchSize: 1 }),
        map(told),
      );
      cold('----a').subscribe(() => (answer = [0.75, 0.25]));
      expectObservable(events$).toBe('-a-b-(cd)--(ef|)', {
        a: 'predict 3 World',
        b: 'predict 4 World',
        c: 'score 4 right after 2',
        d: 'learn 1+0',
        e: 'score 3 right after 10',
        f: 'learn 1+0',
      });
    });
  });

  it('completes when the headlines have ended and none waits, however long the labels go on', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const labels$ = cold('----y-----', { y: { source: 'stdin', id: 3, category: 'World' } });
      const batch$ = cold(' -O-|', batches);
      expectObservable(batch$.pipe(prequential(settings({ labels$ })), map(told))).toBe('-a--(bc|)', {
        a: 'predict 3 World',
        b: 'score 3 right after 3',
        c: 'learn 1+0',
      });
      expectSubscriptions(labels$.subscriptions).toBe('^---!');
    });
  });

  it('lets go at its time what gets no label', () => {
    runMarbles(({ cold, expectObservable }) => {
      const batch$ = cold('-O-P|', batches);
      expectObservable(batch$.pipe(prequential(settings({ labels$: NEVER, maxWaitMs: 5 })), map(told))).toBe(
        '-a-b--c-(d|)',
        {
          a: 'predict 3 World',
          b: 'predict 4 World',
          c: 'unlabelled 3 long',
          d: 'unlabelled 4 long',
        },
      );
    });
  });

  it('waits as long for the next one when the one that waited longest got its label', () => {
    runMarbles(({ cold, expectObservable }) => {
      const labels$ = cold('--y-------', { y: { source: 'stdin', id: 3, category: 'World' } });
      const batch$ = cold(' -O-P|', batches);
      const events$ = batch$.pipe(prequential(settings({ labels$, maxWaitMs: 5, batchSize: 9 })), map(told));
      expectObservable(events$).toBe('-asb----(dl|)', {
        a: 'predict 3 World',
        s: 'score 3 right after 1',
        b: 'predict 4 World',
        d: 'unlabelled 4 long',
        l: 'learn 1+0',
      });
    });
  });

  it('lets the oldest go when too many wait', () => {
    runMarbles(({ cold, expectObservable }) => {
      const batch$ = cold('-O-Q', batches);
      expectObservable(batch$.pipe(prequential(settings({ labels$: NEVER, maxWaiting: 2 })), map(told)), '^---!').toBe(
        '-a-(bcd)',
        {
          a: 'predict 3 World',
          b: 'predict 5 World',
          c: 'predict 6 World',
          d: 'unlabelled 3 many',
        },
      );
    });
  });

  it('lets a headline go when another of the same source and id comes', () => {
    const seen: string[] = [];
    of([open(3)], [open(3), open(3, { source: 'another' })])
      .pipe(prequential(settings({ labels$: NEVER })), map(told))
      .subscribe((event) => seen.push(event));
    expect(seen).toEqual(['predict 3 World', 'predict 3 World', 'predict 3 World', 'unlabelled 3 repeated']);
  });

  it('lets go what waits when the labels end, and says so of what comes after', () => {
    runMarbles(({ cold, expectObservable }) => {
      const batch$ = cold(' -O----P---|', batches);
      const labels$ = cold<LateLabel>('---|');
      expectObservable(batch$.pipe(prequential(settings({ labels$ })), map(told))).toBe('-a-b--(cd)|', {
        a: 'predict 3 World',
        b: 'unlabelled 3 ended',
        c: 'predict 4 World',
        d: 'unlabelled 4 ended',
      });
    });
  });

  it('tells of labels that name no headline, or a class that is not known, and goes on waiting', () => {
    const late: Record<string, LateLabel> = {
      n: { source: 'stdin', id: 9, category: 'World' },
      m: { source: 'elsewhere', id: 3, category: 'World' },
      u: { source: 'stdin', id: 3, category: 'Weather' },
      y: { source: 'stdin', id: 3, category: 'World' },
    };
    runMarbles(({ cold, expectObservable }) => {
      const batch$ = cold(' -O--|', batches);
      const labels$ = cold('--nmuyy', late);
      expectObservable(batch$.pipe(prequential(settings({ labels$ })), map(told))).toBe('-anmu(yl|)', {
        a: 'predict 3 World',
        n: 'unused World no-headline',
        m: 'unused World no-headline',
        u: 'unused Weather unknown-class',
        y: 'score 3 right after 4',
        l: 'learn 1+0',
      });
    });
  });

  it('tells of a headline with a class that is not known, which may still get another label', () => {
    runMarbles(({ cold, expectObservable }) => {
      const batch$ = cold(' W----|', { W: [right(0, { category: 'Weather' })] });
      const labels$ = cold('----y-', { y: { source: 'stdin', id: 0, category: 'Sports' } });
      expectObservable(batch$.pipe(prequential(settings({ labels$ })), map(told))).toBe('(pu)y(l|)', {
        p: 'predict 0 Sports',
        u: 'unused Weather unknown-class',
        y: 'score 0 right after 4',
        l: 'learn 1+0',
      });
    });
  });

  it('emits its predictions before the model learns from them', () => {
    const { model, ...options } = settings();
    const steps: number[] = [];
    of(batches.A)
      .pipe(prequential(options))
      .subscribe(() => steps.push(model.steps));
    expect(steps).toEqual([0, 0, 0, 0, 1]);
  });

  it('learns nothing at a learning rate of 0', () => {
    const { model, ...options } = settings({ learningRate: 0 });
    of(batches.A).pipe(prequential(options)).subscribe();
    expect(model.calls.map(({ type }) => type)).toEqual(['predict']);
  });

  it('replays past rows beside new ones, the rows of a step from the next step on', () => {
    const { model, ...options } = settings({
      replay: { rows: 3, past: [{ id: 0, title: 'vote', category: 'World' }] },
    });
    const seen: string[] = [];
    of([...batches.A, right(2), right(3)])
      .pipe(
        prequential(options),
        map(told),
        filter((event) => event.startsWith('learn')),
      )
      .subscribe((event) => seen.push(event));
    expect(seen).toEqual(['learn 2+1', 'learn 2+3']);
    expect(model.trained.map(({ tokens }) => [...tokens].sort())).toEqual([
      [2, 2, 3],
      [2, 2, 2, 2, 3],
    ]);
  });

  it('gives words an index before the step that learns them, and renews their tokens', () => {
    const { model, ...options } = settings();
    const learnt: string[] = [];
    const tokenizer: LearningVocabulary = {
      ...cupOrVote,
      encode: (text) => (learnt.includes(text) ? Int32Array.of(7) : cupOrVote.encode(text)),
      learn: (text) => {
        if (text !== 'hail' || learnt.includes(text)) return [];
        learnt.push(text);
        return [{ token: text, index: 7, insteadOf: undefined }];
      },
    };
    const hail = (id: number) => liveHeadline(id, 'hail', { category: 'World' });
    const seen: LearningEvent[] = [];
    of([hail(0), right(1)], [hail(2), right(3)])
      .pipe(
        prequential({ ...options, tokenizer }),
        filter(({ type }) => type === 'learnt'),
      )
      .subscribe((event) => seen.push(event));
    expect(seen).toMatchObject([{ newTokens: [{ token: 'hail', index: 7 }] }, { newTokens: [] }]);
    expect(model.calls.filter(({ type }) => type === 'renew')).toEqual([{ type: 'renew', tokens: [7], like: 1 }]);
    expect(model.calls.map(({ type }) => type)).toEqual(['predict', 'renew', 'train', 'predict', 'train']);
    expect(model.predicted.map(({ tokens }) => [...tokens])).toEqual([
      [1, 2],
      [7, 2],
    ]);
    expect(model.trained.map(({ tokens }) => [...tokens])).toEqual([
      [7, 2],
      [7, 2],
    ]);
  });

  it('tells of drift in the errors after the events of the input that it was noticed at', () => {
    const drift = pageHinkley({ threshold: 2, leastRows: 1, delta: 0 });
    runMarbles(({ cold, expectObservable }) => {
      const batch$ = cold('R-------W------|', {
        R: [right(0), right(1), right(2), right(3)],
        W: [wrong(4), wrong(5), wrong(6), wrong(7)],
      });
      const events$ = batch$.pipe(
        prequential(settings({ drift, learningRate: 0 })),
        map(told),
        filter((event) => !event.startsWith('predict')),
      );
      expectObservable(events$).toBe('       (rstu)--(abcde)|', {
        r: 'score 0 right',
        s: 'score 1 right',
        t: 'score 2 right',
        u: 'score 3 right',
        a: 'score 4 wrong',
        b: 'score 5 wrong',
        c: 'score 6 wrong',
        d: 'score 7 wrong',
        // 0.8 + 0.67 + 0.57 is above 2: at the third of them.
        e: 'drift 6',
      });
    });
  });

  it('completes only when the drift detector has', () => {
    const last: DriftDetected = { type: 'drift', detector: 'adwin', at: 2, before: 0, after: 1, rows: 1 };
    const atTheEnd = (errors$: Observable<number>): Observable<DriftDetected> =>
      concat(errors$.pipe(ignoreElements()), of(last));
    const seen: string[] = [];
    of(batches.A)
      .pipe(prequential(settings({ drift: atTheEnd })), map(told))
      .subscribe({ next: (event) => seen.push(event), complete: () => seen.push('complete') });
    expect(seen.slice(-3)).toEqual(['learn 2+0', 'drift 2', 'complete']);
  });

  it('predicts a batch with one model, and the next one with that swapped in meanwhile', () => {
    const old = recordingModel({ name: 'old' });
    const next = recordingModel({ name: 'next', probabilities: () => [0, 1] });
    const slot = modelSlot(old, { trialRows: 2 });
    const seen: string[] = [];
    of([right(0), right(1)], [right(2), right(3)], [right(4)])
      .pipe(prequential({ ...settings(), slot, learningRate: 0 }), map(told))
      .subscribe((event) => {
        seen.push(event);
        if (event === 'predict 0 Sports') slot.swap(next);
      });
    expect(seen).toEqual([
      'predict 0 Sports',
      'predict 1 Sports',
      // Rows that the model before has predicted are no trial of the new one.
      'score 0 right',
      'score 1 right',
      'swap next',
      'predict 2 World',
      'predict 3 World',
      'score 2 wrong',
      'score 3 wrong',
      'rolled-back swapped 0 1',
      'predict 4 Sports',
      'score 4 right',
    ]);
    expect(slot.current).toBe(old);
  });

  it('tells of a swap once, and of none where the model stays', () => {
    const { slot, ...options } = settings({ learningRate: 0 });
    const seen: string[] = [];
    of(batches.B, batches.B, batches.B)
      .pipe(prequential({ ...options, slot }), map(told))
      .subscribe((event) => {
        if (seen.push(event) === 1) slot.swap(recordingModel({ name: 'next' }));
      });
    expect(seen.filter((event) => event.startsWith('swap'))).toEqual(['swap next']);
    expect(seen[2]).toBe('swap next');
  });

  it('works on what a consumer pushes from within next after what it is at', () => {
    const batch$ = new Subject<readonly LiveHeadline[]>();
    const seen: string[] = [];
    batch$.pipe(prequential(settings()), map(told)).subscribe((event) => {
      seen.push(event);
      if (event === 'predict 0 Sports') batch$.next(batches.B);
    });
    batch$.next(batches.A);
    expect(seen).toEqual([
      'predict 0 Sports',
      'predict 1 Sports',
      'score 0 right',
      'score 1 wrong',
      'learn 2+0',
      'predict 2 Sports',
      'score 2 right',
    ]);
  });

  it('waits on a source that never emits', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const batch$ = cold('-', batches);
      expectObservable(batch$.pipe(prequential(settings())), '^--!').toBe('-');
      expectSubscriptions(batch$.subscriptions).toBe('^--!');
    });
  });

  it('completes with an empty source, and with batches of nothing', () => {
    const { model, ...options } = settings();
    runMarbles(({ cold, expectObservable }) => {
      expectObservable(cold('-N-|', { N: [] }).pipe(prequential(options))).toBe('---|');
    });
    expect(model.calls).toEqual([]);
  });

  it('hands on an error of the headlines, of the labels and of the drift detector', () => {
    const cut = new Error('cut');
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const batch$ = cold('   -B------#', batches, cut);
      const labels$ = cold<LateLabel>('  ------#', {}, cut);
      expectObservable(batch$.pipe(prequential(settings()), map(told))).toBe(
        '-(ps)---#',
        { p: 'predict 2 Sports', s: 'score 2 right' },
        cut,
      );
      expectObservable(batch$.pipe(prequential(settings({ labels$ })), map(told))).toBe(
        '-(ps)-#',
        { p: 'predict 2 Sports', s: 'score 2 right' },
        cut,
      );
      expectSubscriptions(batch$.subscriptions).toBe(['^-------!', '^-----!']);
      const failing = () => throwError(() => cut);
      expectObservable(cold<readonly LiveHeadline[]>('--|').pipe(prequential(settings({ drift: failing })))).toBe(
        '#',
        {},
        cut,
      );
    });
  });

  it('ends with what the model throws, and leaves everything', () => {
    const thrown = new Error('no memory');
    const model = recordingModel({
      losses: () => {
        throw thrown;
      },
    });
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const batch$ = cold('-A-------B-|', batches);
      const labels$ = cold<LateLabel>('-');
      const events$ = batch$.pipe(
        prequential({ ...settings({ labels$ }), slot: modelSlot(model) }),
        filter(({ type }) => type === 'learnt'),
      );
      expectObservable(events$).toBe('-#', {}, thrown);
      expectSubscriptions(batch$.subscriptions).toBe('^!');
      expectSubscriptions(labels$.subscriptions).toBe('^!');
    });
  });

  it('predicts and learns nothing more once it is unsubscribed from, and no timer is left', () => {
    const { model, ...options } = settings({ labels$: NEVER, maxWaitMs: 5, learningRate: 1 });
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const batch$ = cold('-O-A', batches);
      expectObservable(batch$.pipe(prequential(options), map(told)), '^-!').toBe('-a', { a: 'predict 3 World' });
      expectSubscriptions(batch$.subscriptions).toBe('^-!');
    });
    const scheduler = new VirtualTimeScheduler();
    const waiting = concat(of(batches.O), NEVER)
      .pipe(prequential({ ...options, scheduler }))
      .subscribe();
    expect(scheduler.actions).toHaveLength(1);
    waiting.unsubscribe();
    expect(scheduler.actions).toHaveLength(0);
    of(batches.A).pipe(prequential(options), take(3)).subscribe();
    expect(model.calls.map(({ type }) => type)).toEqual(['predict', 'predict', 'predict']);
  });

  it('begins anew with every subscription', () => {
    const { model, ...options } = settings();
    const learn$ = of(batches.B).pipe(prequential(options));
    learn$.subscribe();
    learn$.subscribe();
    expect(model.contexts.map(({ step }) => step)).toEqual([0, 0]);
    expect(model.trained.map(({ size }) => size)).toEqual([1, 1]);
  });

  it.each([
    ['maxWaiting', { maxWaiting: 0 }],
    ['maxWaitMs', { maxWaitMs: 0 }],
    ['batchSize', { batchSize: 0 }],
    ['learningRate', { learningRate: -1 }],
    ['learningRate', { learningRate: NaN }],
    ['replay.capacity', { replay: { capacity: 0 } }],
    ['replay.rows', { replay: { rows: 0.5 } }],
    ['seed', { seed: 0.5 }],
  ])('refuses %s that cannot work: %o', (name, options) => {
    expect(() => prequential(settings(options))).toThrow(
      expect.objectContaining({ code: 'HW_USAGE', message: expect.stringContaining(name) as unknown }),
    );
  });

  it('refuses past rows of a class that is not known', () => {
    expect(() => prequential(settings({ replay: { past: [{ id: 0, title: 'rain', category: 'Weather' }] } }))).toThrow(
      expect.objectContaining({ code: 'HW_LABEL' }),
    );
  });
});
