import { connect, ignoreElements, merge, of, take } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { HeadwaterError } from '../../../src/contracts/HeadwaterError.js';
import type { StepEnded } from '../../../src/contracts/training/TrainingEvent.js';
import { trainStep } from '../../../src/operators/training/trainStep.js';
import { labelledBatch } from '../../../src/testing/labelledBatch.js';
import { recordingModel } from '../../../src/testing/recordingModel.js';
import { runMarbles } from '../../../src/testing/runMarbles.js';
import { deferredModel } from '../../operators/deferredModel.js';
import { recordingValve } from '../../operators/recordingValve.js';

const batches = {
  a: labelledBatch({ seed: 1, size: 3 }),
  b: labelledBatch({ seed: 2, size: 2 }),
  c: labelledBatch({ seed: 3, size: 1 }),
};
const inEpoch2 = { epoch: 2, learningRate: 1e-3 };
const event = (step: number, rows: number, loss = 1, model = 'recording'): StepEnded => ({
  type: 'step',
  model,
  epoch: 2,
  step,
  rows,
  loss,
  weight: rows,
});

describe('trainStep', () => {
  it('trains on each batch as it comes and tells what the step measured', () => {
    const model = recordingModel({ losses: [0.9, 0.8, 0.7] });
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const batch$ = cold('     --a--b-c--|', batches);
      const expected = '        --x--y-z--|';
      const subscribed = '      ^---------!';
      expectObservable(batch$.pipe(trainStep(model, inEpoch2))).toBe(expected, {
        x: event(0, 3, 0.9),
        y: event(1, 2, 0.8),
        z: event(2, 1, 0.7),
      });
      expectSubscriptions(batch$.subscriptions).toBe(subscribed);
    });
    expect(model.trained).toEqual([batches.a, batches.b, batches.c]);
    expect(model.contexts).toEqual([0, 1, 2].map((step) => ({ ...inEpoch2, step })));
    expect(model.calls).toHaveLength(3);
  });

  it('weighs a batch by its class weights, as the model says', () => {
    const model = recordingModel({ classWeights: [0.25, 0.5] });
    const labels = Int32Array.of(0, 1, 1);
    runMarbles(({ cold, expectObservable }) => {
      expectObservable(cold('-a|', { a: { ...batches.a, labels } }).pipe(trainStep(model, inEpoch2))).toBe('-x|', {
        x: { ...event(0, 3), weight: 1.25 },
      });
    });
  });

  it('counts its steps from 0 at each subscription', () => {
    const model = recordingModel();
    runMarbles(({ cold, expectObservable }) => {
      const step$ = cold('a-b|', batches).pipe(trainStep(model, inEpoch2));
      expectObservable(step$, '^----!').toBe('x-y|', { x: event(0, 3), y: event(1, 2) });
      expectObservable(step$, '-----^').toBe('-----x-y|', { x: event(0, 3), y: event(1, 2) });
    });
  });

  describe('with a rate for each step', () => {
    it('asks for it by the rows that came before in the subscription', () => {
      const model = recordingModel();
      const asked: number[] = [];
      const learningRate = (rowsBefore: number): number => {
        asked.push(rowsBefore);
        return 0.1 / (1 + rowsBefore);
      };
      runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
        const batch$ = cold('--a--b-c--|', batches);
        const step$ = batch$.pipe(trainStep(model, { epoch: 2, learningRate }));
        const values = { x: event(0, 3), y: event(1, 2), z: event(2, 1) };
        expectObservable(step$).toBe('--x--y-z--|', values);
        expectObservable(step$, '-----------^-----!').toBe('-------------x--y-', values);
        expectSubscriptions(batch$.subscriptions).toBe(['^---------!', '-----------^-----!']);
      });
      expect(asked).toEqual([0, 3, 5, 0, 3]);
      expect(model.contexts.map((context) => context.learningRate)).toEqual(asked.map((rows) => 0.1 / (1 + rows)));
    });

    it('fails where it throws, or gives what is no rate, and makes no step', () => {
      const thrown = new Error('no such rate');
      const refused = new HeadwaterError(
        'HW_USAGE',
        'trainStep: learningRate is -1, but must be a finite number at least 0.',
      );
      for (const [learningRate, error] of [
        [
          (): number => {
            throw thrown;
          },
          thrown,
        ],
        [() => -1, refused],
      ] as const) {
        const model = recordingModel();
        runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
          const batch$ = cold('--a--b|', batches);
          expectObservable(batch$.pipe(trainStep(model, { epoch: 2, learningRate }))).toBe('--#', undefined, error);
          expectSubscriptions(batch$.subscriptions).toBe('^-!');
        });
        expect(model.trained).toEqual([]);
      }
    });
  });

  it('waits on a source that never emits', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const batch$ = cold('-', batches);
      expectObservable(batch$.pipe(trainStep(recordingModel(), inEpoch2)), '^---!').toBe('-');
      expectSubscriptions(batch$.subscriptions).toBe('^---!');
    });
  });

  it('counts its steps from firstStep, to go on with an epoch', () => {
    const model = recordingModel();
    runMarbles(({ cold, expectObservable }) => {
      const step$ = cold('a-b|', batches).pipe(trainStep(model, { ...inEpoch2, firstStep: 7 }));
      expectObservable(step$).toBe('x-y|', { x: event(7, 3), y: event(8, 2) });
    });
    expect(model.contexts.map(({ step }) => step)).toEqual([7, 8]);
    expect(() => trainStep(model, { ...inEpoch2, firstStep: -1 })).toThrow(/trainStep: firstStep is -1/);
  });

  it('completes with an empty source, and makes no step', () => {
    const model = recordingModel();
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const batch$ = cold('--|', batches);
      expectObservable(batch$.pipe(trainStep(model, inEpoch2))).toBe('--|');
      expectSubscriptions(batch$.subscriptions).toBe('^-!');
    });
    expect(model.calls).toEqual([]);
  });

  it('hands on an error of the source', () => {
    const cut = new Error('cut');
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const batch$ = cold('-a-#', batches, cut);
      expectObservable(batch$.pipe(trainStep(recordingModel(), inEpoch2))).toBe('-x-#', { x: event(0, 3) }, cut);
      expectSubscriptions(batch$.subscriptions).toBe('^--!');
    });
  });

  it('ends with what the model throws, and leaves the source', () => {
    const thrown = new Error('no memory');
    const model = recordingModel({
      losses: (_, { step }) => {
        if (step === 1) throw thrown;
        return 1;
      },
    });
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const batch$ = cold('-a-b-c|', batches);
      expectObservable(batch$.pipe(trainStep(model, inEpoch2))).toBe('-x-#', { x: event(0, 3) }, thrown);
      expectSubscriptions(batch$.subscriptions).toBe('^--!');
    });
  });

  it.each([NaN, Infinity, -Infinity])('ends with HW_NUMERIC at a loss of %d', (loss) => {
    const model = recordingModel({ losses: [1, loss] });
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const batch$ = cold('-a-b-c|', batches);
      const error = new HeadwaterError(
        'HW_NUMERIC',
        `The loss of model recording became ${loss} (class weights 2 ` +
          'in all) in epoch 2, step 1, at learning rate 0.001. ' +
          'Lower the learning rate, and check that every class weight is above 0. The ids of its rows: 0, 1.',
        { where: 'epoch 2, step 1' },
      );
      expectObservable(batch$.pipe(trainStep(model, inEpoch2))).toBe('-x-#', { x: event(0, 3) }, error);
      expectSubscriptions(batch$.subscriptions).toBe('^--!');
    });
    expect(model.trained).toHaveLength(2);
  });

  it('ends with HW_NUMERIC when the class weights are no finite numbers', () => {
    const seen: unknown[] = [];
    of(batches.a)
      .pipe(trainStep(recordingModel({ classWeights: [NaN, NaN] }), inEpoch2))
      .subscribe({ error: (error: unknown) => seen.push(error) });
    expect(seen).toEqual([expect.objectContaining({ code: 'HW_NUMERIC', where: 'epoch 2, step 0' })]);
  });

  it('makes no step more once it is unsubscribed from', () => {
    const model = recordingModel();
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const batch$ = cold('-a-b-c-|', batches);
      expectObservable(batch$.pipe(trainStep(model, inEpoch2)), '^---!').toBe('-x-y', {
        x: event(0, 3),
        y: event(1, 2),
      });
      expectSubscriptions(batch$.subscriptions).toBe('^---!');
    });
    expect(model.steps).toBe(2);
  });

  it('makes no step more once a synchronous consumer has enough', () => {
    const model = recordingModel();
    of(batches.a, batches.b, batches.c).pipe(trainStep(model, inEpoch2), take(1)).subscribe();
    expect(model.steps).toBe(1);
  });

  it('trains two models beside a sink from one read of the batches', () => {
    const first = recordingModel({ name: 'first', losses: [0.5] });
    const second = recordingModel({ name: 'second', losses: [0.4] });
    const sunk: unknown[] = [];
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const batch$ = cold('-a----b----|', batches);
      const both$ = batch$.pipe(
        connect((b$) =>
          merge(
            b$.pipe(trainStep(first, inEpoch2)),
            b$.pipe(trainStep(second, inEpoch2)),
            b$.pipe((source$) => {
              source$.subscribe((batch) => sunk.push(batch));
              return source$.pipe(ignoreElements());
            }),
          ),
        ),
      );
      expectObservable(both$).toBe('-(xy)-(XY)-|', {
        x: event(0, 3, 0.5, 'first'),
        y: event(0, 3, 0.4, 'second'),
        X: event(1, 2, 0.5, 'first'),
        Y: event(1, 2, 0.4, 'second'),
      });
      expectSubscriptions(batch$.subscriptions).toBe('^----------!');
    });
    expect(first.trained).toEqual([batches.a, batches.b]);
    first.trained.forEach((batch, index) => expect(batch).toBe(second.trained[index]));
    expect(sunk).toEqual(first.trained);
  });

  it.each([
    ['epoch', { epoch: 0, learningRate: 1e-3 }],
    ['epoch', { epoch: 1.5, learningRate: 1e-3 }],
    ['learningRate', { epoch: 1, learningRate: -1 }],
    ['learningRate', { epoch: 1, learningRate: NaN }],
    ['learningRate', { epoch: 1, learningRate: Infinity }],
  ])('refuses an %s that cannot be: %o', (name, options) => {
    expect(() => trainStep(recordingModel(), options)).toThrow(
      expect.objectContaining({ code: 'HW_USAGE', message: expect.stringContaining(name) as unknown }),
    );
  });

  describe('of a model whose results come later', () => {
    it('has three batches in flight, holds the valve while it has, and emits in order', () => {
      const model = recordingModel({ losses: [0.9, 0.8, 0.7, 0.6, 0.5] });
      runMarbles(({ cold, expectObservable }) => {
        const valve = recordingValve();
        const batch$ = cold('                      abcab-----|', batches);
        const expected = '                         -----vwx--y(z|)';
        const open = '                             t-f----t';
        expectObservable(batch$.pipe(trainStep(deferredModel(model, 5), { ...inEpoch2, valve }))).toBe(expected, {
          v: event(0, 3, 0.9),
          w: event(1, 2, 0.8),
          x: event(2, 1, 0.7),
          y: event(3, 3, 0.6),
          z: event(4, 2, 0.5),
        });
        expectObservable(valve.open$).toBe(open, { t: true, f: false });
      });
      expect(model.contexts.map(({ step }) => step)).toEqual([0, 1, 2, 3, 4]);
    });

    it('ends with HW_NUMERIC at a loss that is no number, after the events before it', () => {
      const model = recordingModel({ losses: [1, NaN, 1] });
      const seen: unknown[] = [];
      runMarbles(({ cold, flush }) => {
        cold('abc---|', batches)
          .pipe(trainStep(deferredModel(model, 4), inEpoch2))
          .subscribe({ next: ({ step }) => seen.push(step), error: (error: unknown) => seen.push(error) });
        flush();
      });
      expect(seen).toEqual([0, expect.objectContaining({ code: 'HW_NUMERIC', where: 'epoch 2, step 1' })]);
    });

    it('makes no step more once it is unsubscribed from, and lets the valve go', () => {
      const model = recordingModel();
      const valve = recordingValve();
      runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
        const batch$ = cold('abcab|', batches);
        expectObservable(batch$.pipe(trainStep(deferredModel(model, 9), { ...inEpoch2, valve })), '^---!').toBe('----');
        expectSubscriptions(batch$.subscriptions).toBe('^---!');
      });
      expect(model.steps).toBe(3);
      expect(valve.isOpen).toBe(true);
    });
  });
});
