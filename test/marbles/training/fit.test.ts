import { connect, from, map, merge, of } from 'rxjs';
import type { RunHelpers } from 'rxjs/testing';
import { describe, expect, it } from 'vitest';
import type { TrainingEvent } from '../../../src/contracts/training/TrainingEvent.js';
import type { TrainingState } from '../../../src/contracts/training/TrainingState.js';
import { earlyStopping } from '../../../src/operators/training/earlyStopping.js';
import { fit } from '../../../src/operators/training/fit.js';
import { trainStep } from '../../../src/operators/training/trainStep.js';
import { labelledBatch } from '../../../src/testing/labelledBatch.js';
import { marbleBatchSource, type MarbleBatchSource, type SideMarbles } from '../../../src/testing/marbleBatchSource.js';
import { recordingModel } from '../../../src/testing/recordingModel.js';
import { runMarbles } from '../../../src/testing/runMarbles.js';
import { deferredModel } from '../../operators/deferredModel.js';
import { recordingValve } from '../../operators/recordingValve.js';

const batches = {
  a: labelledBatch({ seed: 1, size: 3 }),
  b: labelledBatch({ seed: 2, size: 1 }),
  v: labelledBatch({ seed: 3, size: 2 }),
};
const rows = { train: 4, validation: 2, test: 0 };
/** Of the two rows of v, which have one class, the recording model takes one for the other: F1 of 2/3 and of 0. */
const QUALITY = { validationAccuracy: 1 / 2, validationMacroF1: 1 / 3 };

const state = (
  epoch: number,
  bestEpoch: number,
  bestLoss: number,
  rest: Partial<TrainingState> = {},
): TrainingState => ({
  epoch,
  learningRate: 1e-3,
  best: { epoch: bestEpoch, loss: bestLoss },
  patience: Infinity,
  plateau: { best: Infinity, badEpochs: 0, cooldown: 0 },
  stop: undefined,
  ...rest,
});
const events = (model = 'recording') => ({
  started: (epochs: number): TrainingEvent => ({ type: 'training-started', model, epochs, rows }),
  epoch: (epoch: number, learningRate = 1e-3): TrainingEvent => ({ type: 'epoch-started', model, epoch, learningRate }),
  step: (epoch: number, step: number, size: number, loss: number): TrainingEvent => ({
    type: 'step',
    model,
    epoch,
    step,
    rows: size,
    loss,
    weight: size,
  }),
  validated: (epoch: number): TrainingEvent => ({ type: 'validation-step', model, epoch, rows: 2 }),
  ended: (trainLoss: number, validationLoss: number, after: TrainingState, learningRate = 1e-3): TrainingEvent => ({
    type: 'epoch',
    model,
    epoch: after.epoch,
    trainLoss,
    validationLoss,
    ...QUALITY,
    learningRate,
    improved: after.best.epoch === after.epoch,
    state: after,
  }),
  over: (after: TrainingState): TrainingEvent => ({
    type: 'training-ended',
    model,
    reason: after.stop ?? 'epochs',
    bestEpoch: after.best.epoch,
    bestLoss: after.best.loss,
    state: after,
  }),
});
const { started, epoch, step, validated, ended, over } = events();

/**
 * One epoch takes ten frames: a in frame 5, b in frame 7, v in frame 9. The gap before a leaves room to draw the events
 * of frame 0.
 */
const marbles = { train: '-----a-b|', validation: '-v|' };
const sourceIn = (helpers: RunHelpers, sides: SideMarbles = marbles, error?: unknown): MarbleBatchSource =>
  marbleBatchSource(helpers, sides, batches, { rows, error });
const fixed = { learningRate: 1e-3, steps: [] };

/** Events by their letters alone: t e s v p T c r, as in the docs. */
const letters = (event: TrainingEvent): string =>
  ({
    'training-started': 't',
    'epoch-started': 'e',
    step: 's',
    'validation-step': 'v',
    epoch: 'p',
    'training-ended': 'T',
    checkpoint: 'c',
    'training-resumed': 'r',
  })[event.type];

describe('fit', () => {
  it('trains epoch after epoch, validates after each, and loads the best weights back at the end', () => {
    const model = recordingModel({ losses: [0.75, 0.25, 0.5, 0.25, 0.5, 0], validationLosses: [0.875, 0.5, 0.625] });
    runMarbles((helpers) => {
      const source = sourceIn(helpers);
      const source$ = helpers.cold('S----|', { S: source });
      const expected = '            (te)-a-b-v(pf)-c-d-w(qg)-h-i-x(rT|)';
      helpers.expectObservable(source$.pipe(fit(model, { ...fixed, epochs: 3 }))).toBe(expected, {
        t: started(3),
        e: epoch(1),
        a: step(1, 0, 3, 0.75),
        b: step(1, 1, 1, 0.25),
        v: validated(1),
        p: ended(0.625, 0.875, state(1, 1, 0.875)), // (3 · 0.75 + 1 · 0.25) / 4
        f: epoch(2),
        c: step(2, 0, 3, 0.5),
        d: step(2, 1, 1, 0.25),
        w: validated(2),
        q: ended(0.4375, 0.5, state(2, 2, 0.5)),
        g: epoch(3),
        h: step(3, 0, 3, 0.5),
        i: step(3, 1, 1, 0),
        x: validated(3),
        r: ended(0.375, 0.625, state(3, 2, 0.5, { stop: 'epochs' })),
        T: over(state(3, 2, 0.5, { stop: 'epochs' })),
      });
      helpers.expectSubscriptions(source$.subscriptions).toBe('^----!');
      helpers.flush();
      // Each side is subscribed to once an epoch, the validation side when the train side is through.
      const log = source.asked.map(({ side, epoch, batch$ }) => ({
        side,
        epoch,
        from: batch$.subscriptions.map((s) => [s.subscribedFrame, s.unsubscribedFrame]),
      }));
      expect(log).toEqual([
        { side: 'train', epoch: 1, from: [[0, 8]] },
        { side: 'validation', epoch: 1, from: [[8, 10]] },
        { side: 'train', epoch: 2, from: [[10, 18]] },
        { side: 'validation', epoch: 2, from: [[18, 20]] },
        { side: 'train', epoch: 3, from: [[20, 28]] },
        { side: 'validation', epoch: 3, from: [[28, 30]] },
      ]);
    });
    const once = ['train', 'train', 'evaluate'];
    expect(model.calls.map(({ type }) => type)).toEqual([...once, 'state', ...once, 'state', ...once, 'load']);
    expect(model.steps).toBe(4); // the weights after epoch 2, not those after epoch 3
  });

  it('tells the model the epoch, the step and the learning rate that the steps have set', () => {
    const model = recordingModel({ validationLosses: [1] });
    runMarbles((helpers) => {
      const halve = (present: TrainingState): TrainingState => ({ ...present, learningRate: present.learningRate / 2 });
      const rate$ = of(sourceIn(helpers)).pipe(
        fit(model, { epochs: 2, learningRate: 1e-3, steps: [halve] }),
        map((event) => ('learningRate' in event ? `${letters(event)} ${event.learningRate}` : letters(event))),
      );
      helpers.expectObservable(rate$).toBe('(te)-s-s-v(pf)-s-s-v(qT|)', {
        t: 't',
        e: 'e 0.001',
        s: 's',
        v: 'v',
        p: 'p 0.001',
        f: 'e 0.0005',
        q: 'p 0.0005',
        T: 'T',
      });
    });
    expect(model.contexts).toEqual([
      { epoch: 1, step: 0, learningRate: 1e-3 },
      { epoch: 1, step: 1, learningRate: 1e-3 },
      { epoch: 2, step: 0, learningRate: 5e-4 },
      { epoch: 2, step: 1, learningRate: 5e-4 },
    ]);
  });

  it('ends with reason patience once early stopping has lost it', () => {
    const model = recordingModel({ validationLosses: [0.5, 0.5, 0.75] });
    runMarbles((helpers) => {
      const event$ = of(sourceIn(helpers)).pipe(
        fit(model, { ...fixed, epochs: 9, steps: [earlyStopping({ patience: 2 })] }),
      );
      const last = state(3, 1, 0.5, { patience: 0, stop: 'patience' });
      helpers.expectObservable(event$).toBe('(te)-a-b-v(pf)-c-d-w(qg)-h-i-x(rT|)', {
        t: started(9),
        e: epoch(1),
        a: step(1, 0, 3, 1),
        b: step(1, 1, 1, 1),
        v: validated(1),
        p: ended(1, 0.5, state(1, 1, 0.5, { patience: 2 })),
        f: epoch(2),
        c: step(2, 0, 3, 1),
        d: step(2, 1, 1, 1),
        w: validated(2),
        q: ended(1, 0.5, state(2, 1, 0.5, { patience: 1 })),
        g: epoch(3),
        h: step(3, 0, 3, 1),
        i: step(3, 1, 1, 1),
        x: validated(3),
        r: ended(1, 0.75, last),
        T: over(last),
      });
    });
    expect(model.steps).toBe(2);
  });

  it('waits on a source of sources that never emits', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source$ = cold<MarbleBatchSource>('-');
      expectObservable(source$.pipe(fit(recordingModel())), '^--!').toBe('-');
      expectSubscriptions(source$.subscriptions).toBe('^--!');
    });
  });

  it('waits on batches that never come', () => {
    const model = recordingModel();
    runMarbles((helpers) => {
      const source = sourceIn(helpers, { train: '-----a-', validation: '-v|' });
      helpers.expectObservable(of(source).pipe(fit(model, fixed), map(letters)), '^ 40ms !').toBe('(te)-s-');
      helpers.flush();
      expect(source.asked.map(({ side }) => side)).toEqual(['train']);
      expect(source.asked[0]?.batch$.subscriptions).toEqual([{ subscribedFrame: 0, unsubscribedFrame: 41 }]);
    });
  });

  it('completes with an empty source of sources: nothing was to be trained on', () => {
    const model = recordingModel();
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source$ = cold<MarbleBatchSource>('--|');
      expectObservable(source$.pipe(fit(model))).toBe('--|');
      expectSubscriptions(source$.subscriptions).toBe('^-!');
    });
    expect(model.calls).toEqual([]);
  });

  it('hands on an error of the source of sources, and leaves the epoch under way', () => {
    const cut = new Error('cut');
    runMarbles((helpers) => {
      const source = sourceIn(helpers);
      const source$ = helpers.cold('S-----#', { S: source }, cut);
      helpers
        .expectObservable(source$.pipe(fit(recordingModel(), fixed), map(letters)))
        .toBe('(te)-s#', undefined, cut);
      helpers.flush();
      expect(source.asked[0]?.batch$.subscriptions).toEqual([{ subscribedFrame: 0, unsubscribedFrame: 6 }]);
    });
  });

  it.each([
    ['train', { train: ['-----a-b|', '-----a#'], validation: '-v|' }, '(te)-s-s-v(pe)-s#', '^---------------!'],
    ['validation', { train: '-----a-b|', validation: ['-v|', '#'] }, '(te)-s-s-v(pe)-s-s#', '^-----------------!'],
  ])(
    'hands on an error of the %s batches mid-epoch and leaves the weights as they are',
    (_, sides, expected, subscribed) => {
      const cut = new Error('cut');
      const model = recordingModel();
      runMarbles((helpers) => {
        const source$ = helpers.hot('S', { S: sourceIn(helpers, sides, cut) });
        helpers.expectObservable(source$.pipe(fit(model, fixed), map(letters))).toBe(expected, undefined, cut);
        helpers.expectSubscriptions(source$.subscriptions).toBe(subscribed);
      });
      expect(model.calls.filter(({ type }) => type === 'load')).toEqual([]);
      expect(model.steps).toBe(model.trained.length);
    },
  );

  it('ends with what the model throws while training', () => {
    const thrown = new Error('no memory');
    const model = recordingModel({
      losses: (_, context) => {
        if (context.epoch === 2) throw thrown;
        return 1;
      },
    });
    runMarbles((helpers) => {
      const source = sourceIn(helpers);
      helpers
        .expectObservable(of(source).pipe(fit(model, fixed), map(letters)))
        .toBe('(te)-s-s-v(pe)-#', undefined, thrown);
      helpers.flush();
      expect(source.asked.at(-1)?.batch$.subscriptions).toEqual([{ subscribedFrame: 10, unsubscribedFrame: 15 }]);
    });
  });

  it('ends with what the model throws while validating, and with what a step throws', () => {
    const thrown = new Error('no memory');
    const throwing = (): never => {
      throw thrown;
    };
    runMarbles((helpers) => {
      helpers
        .expectObservable(
          of(sourceIn(helpers)).pipe(fit(recordingModel({ validationLosses: throwing }), fixed), map(letters)),
        )
        .toBe('(te)-s-s-#', undefined, thrown);
      helpers
        .expectObservable(of(sourceIn(helpers)).pipe(fit(recordingModel(), { steps: [throwing] }), map(letters)))
        .toBe('(te)-s-s-v#', undefined, thrown);
    });
  });

  it('ends with what the source throws when it is asked for batches', () => {
    const thrown = new Error('gone');
    const batchesOf = (): never => {
      throw thrown;
    };
    const source = { rows, batches: batchesOf };
    runMarbles(({ expectObservable }) => {
      expectObservable(of(source).pipe(fit(recordingModel(), fixed), map(letters))).toBe('(te#)', undefined, thrown);
    });
  });

  it('stops at once when it is unsubscribed from mid-epoch, and touches nothing more', () => {
    const model = recordingModel({ validationLosses: [0.5, 0.75] });
    runMarbles((helpers) => {
      const source = sourceIn(helpers);
      const source$ = helpers.hot('S', { S: source });
      helpers
        .expectObservable(source$.pipe(fit(model, fixed), map(letters)), '^---------------!')
        .toBe('(te)-s-s-v(pe)-s');
      helpers.expectSubscriptions(source$.subscriptions).toBe('                  ^---------------!');
      helpers.flush();
      expect(source.asked.map(({ side, epoch, batch$ }) => [side, epoch, batch$.read])).toEqual([
        ['train', 1, 2],
        ['validation', 1, 1],
        ['train', 2, 1],
      ]);
      expect(source.asked.at(-1)?.batch$.subscriptions).toEqual([{ subscribedFrame: 10, unsubscribedFrame: 16 }]);
    });
    expect(model.calls.map(({ type }) => type)).toEqual(['train', 'train', 'evaluate', 'state', 'train']);
    expect(model.steps).toBe(3); // the weights of the last step made, not of the best epoch
  });

  it('trains a model whose results come later: the best weights are here before their epoch is told of, and before the next one begins', () => {
    const model = recordingModel({ validationLosses: [0.5, 0.75] });
    runMarbles((helpers) => {
      const source = { ...sourceIn(helpers), valve: recordingValve() };
      const expected = '(te)---s-s--v-(pe)---s-s--(vpT|)';
      helpers
        .expectObservable(
          helpers.cold('S|', { S: source }).pipe(fit(deferredModel(model, 2), { ...fixed, epochs: 2 }), map(letters)),
        )
        .toBe(expected);
    });
    const once = ['train', 'train', 'evaluate'];
    expect(model.calls.map(({ type }) => type)).toEqual([...once, 'state', ...once, 'load']);
    expect(model.steps).toBe(2); // the weights after epoch 1, not those after epoch 2
  });

  it("holds the source's valve while a model whose results come later has three batches", () => {
    runMarbles((helpers) => {
      const brake = recordingValve();
      const source = { ...sourceIn(helpers, { train: 'abab------|', validation: 'v|' }), valve: brake };
      helpers
        .cold('S|', { S: source })
        .pipe(fit(deferredModel(recordingModel(), 8), { ...fixed, epochs: 1 }))
        .subscribe();
      helpers.expectObservable(brake.open$).toBe('t-f------t', { t: true, f: false });
    });
  });

  it('trains on one source after the other, each from a new state', () => {
    const model = recordingModel({ validationLosses: [0.5, 0.75] });
    runMarbles((helpers) => {
      const sides = { train: '-------a-b|', validation: '-v|' };
      const [first, second] = [sourceIn(helpers, sides), sourceIn(helpers, sides)];
      const source$ = helpers.cold('S-R|', { S: first, R: second });
      const expected = '            (te)---s-s-v(pTte)-s-s-v(pT|)';
      helpers.expectObservable(source$.pipe(fit(model, { ...fixed, epochs: 1 }), map(letters))).toBe(expected);
      helpers.expectSubscriptions(source$.subscriptions).toBe('^--!');
      helpers.flush();
      expect(
        second.asked.map(({ side, epoch, batch$ }) => [side, epoch, batch$.subscriptions[0]?.subscribedFrame]),
      ).toEqual([
        ['train', 1, 12],
        ['validation', 1, 22],
      ]);
    });
    const steps = [0, 1].map((index) => ({ epoch: 1, step: index, learningRate: 1e-3 }));
    expect(model.contexts).toEqual([...steps, ...steps]);
    expect(model.steps).toBe(4);
  });

  it('trains two models on one stream of sources that is subscribed to once', () => {
    const [gru, rnn] = [
      recordingModel({ name: 'gru', losses: [0.5] }),
      recordingModel({ name: 'rnn', losses: [0.25] }),
    ];
    runMarbles((helpers) => {
      const source$ = helpers.cold('S|', { S: sourceIn(helpers, { train: '---------a|', validation: '-----v----|' }) });
      const both$ = source$.pipe(
        connect((s$) => merge(s$.pipe(fit(gru, { ...fixed, epochs: 1 })), s$.pipe(fit(rnn, { ...fixed, epochs: 1 })))),
        map((event) => `${event.model} ${letters(event)}`),
      );
      const expected = '(abcd)---(ef)--(gh)-(ijkl|)';
      helpers.expectObservable(both$).toBe(expected, {
        ...{ a: 'gru t', b: 'gru e', e: 'gru s', g: 'gru v', i: 'gru p', j: 'gru T' },
        ...{ c: 'rnn t', d: 'rnn e', f: 'rnn s', h: 'rnn v', k: 'rnn p', l: 'rnn T' },
      });
      helpers.expectSubscriptions(source$.subscriptions).toBe('^!');
    });
    expect(gru.trained).toEqual(rnn.trained);
  });

  it('trains two models by hand on one stream of batches that is subscribed to once', () => {
    const [gru, rnn] = [
      recordingModel({ name: 'gru', losses: [0.5] }),
      recordingModel({ name: 'rnn', losses: [0.25] }),
    ];
    runMarbles((helpers) => {
      const batch$ = sourceIn(helpers, { train: '-a----b----|' }).batches('train', 1);
      const both$ = batch$.pipe(
        connect((b$) =>
          merge(
            b$.pipe(trainStep(gru, { epoch: 1, learningRate: 1e-3 })),
            b$.pipe(trainStep(rnn, { epoch: 1, learningRate: 1e-3 })),
          ),
        ),
      );
      const [ofGru, ofRnn] = [events('gru'), events('rnn')];
      helpers.expectObservable(both$).toBe('-(ab)-(cd)-|', {
        a: ofGru.step(1, 0, 3, 0.5),
        b: ofRnn.step(1, 0, 3, 0.25),
        c: ofGru.step(1, 1, 1, 0.5),
        d: ofRnn.step(1, 1, 1, 0.25),
      });
      helpers.expectSubscriptions(batch$.subscriptions).toBe('^----------!');
    });
    expect(gru.trained).toEqual([batches.a, batches.b]);
    gru.trained.forEach((batch, index) => expect(batch).toBe(rnn.trained[index]));
  });

  describe('with a schedule', () => {
    it('gives each batch the rate of the share of the train rows that came before it', () => {
      const model = recordingModel();
      const asked: number[] = [];
      const schedule = (progress: number): number => {
        asked.push(progress);
        return 2 - progress;
      };
      runMarbles((helpers) => {
        const source = marbleBatchSource(helpers, { train: '-----a-b|', validation: '-v|' }, batches);
        const type$ = of(source).pipe(
          fit(model, { epochs: 2, learningRate: 0.1, schedule }),
          map(({ type }) => type),
        );
        helpers.expectObservable(type$).toBe('(te)-s-s-v(pe)-s-s-v(pT|)', {
          t: 'training-started',
          e: 'epoch-started',
          s: 'step',
          v: 'validation-step',
          p: 'epoch',
          T: 'training-ended',
        });
      });
      // Of 4 train rows an epoch, 8 in all: a has 3 and b has 1.
      expect(asked).toEqual([0, 3 / 8, 4 / 8, 7 / 8]);
      expect(model.contexts.map(({ learningRate }) => learningRate)).toEqual(asked.map((done) => 0.1 * (2 - done)));
    });

    it('makes all its epochs: no default step ends it or lowers its rate', () => {
      const model = recordingModel({ validationLosses: Array.from({ length: 14 }, () => 1) });
      runMarbles((helpers) => {
        const source = marbleBatchSource(helpers, { train: '(a|)', validation: '(v|)' }, batches);
        const states: unknown[] = [];
        of(source)
          .pipe(fit(model, { epochs: 14, learningRate: 0.1, schedule: () => 1 }))
          .subscribe((event) => event.type === 'epoch' && states.push([event.learningRate, event.state.stop]));
        helpers.flush();
        expect(states).toHaveLength(14);
        expect(states.slice(0, -1)).toEqual(Array.from({ length: 13 }, () => [0.1, undefined]));
      });
      expect(model.contexts.every(({ learningRate }) => learningRate === 0.1)).toBe(true);
    });

    it('counts the rows of a second source anew', () => {
      const asked: number[] = [];
      const schedule = (progress: number): number => asked.push(progress);
      runMarbles((helpers) => {
        const sources = [0, 1].map(() => marbleBatchSource(helpers, { train: '(ab|)', validation: '(v|)' }, batches));
        from(sources)
          .pipe(fit(recordingModel(), { epochs: 1, schedule }))
          .subscribe();
        helpers.flush();
      });
      expect(asked).toEqual([0, 3 / 4, 0, 3 / 4]);
    });

    it('fails through `error` where the schedule throws, or gives what is no rate', () => {
      const thrown = new Error('no such rate');
      for (const [schedule, error] of [
        [
          () => {
            throw thrown;
          },
          thrown,
        ],
        [() => NaN, expect.objectContaining({ code: 'HW_USAGE' })],
      ] as const) {
        const model = recordingModel();
        runMarbles((helpers) => {
          const source = marbleBatchSource(helpers, { train: '--a|', validation: '-v|' }, batches);
          const seen: unknown[] = [];
          of(source)
            .pipe(
              fit(model, { epochs: 1, schedule }),
              map(({ type }) => type),
            )
            .subscribe({ next: (type) => seen.push(type), error: (error: unknown) => seen.push(error) });
          helpers.flush();
          expect(seen).toEqual(['training-started', 'epoch-started', error]);
        });
        expect(model.trained).toEqual([]);
      }
    });
  });
});
