import { map, scan } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { EpochResult, TrainingState } from '../../../src/contracts/training/TrainingState.js';
import { initialTrainingState } from '../../../src/operators/training/initialTrainingState.js';
import { reduceLrOnPlateau, type ReduceLrOnPlateauOptions } from '../../../src/operators/training/reduceLrOnPlateau.js';
import { runMarbles } from '../../../src/testing/runMarbles.js';

const losses = { a: 1, b: 0.75, c: 0.5, d: 0.9375, n: NaN };
const asResult = map((validationLoss: number, index): EpochResult => ({
  epoch: index + 1,
  trainLoss: 1,
  validationLoss,
}));
const folded = (options: ReduceLrOnPlateauOptions, learningRate = 1) => {
  const step = reduceLrOnPlateau({ factor: 0.5, ...options });
  return scan(
    (state: TrainingState, result: EpochResult) => step(state, result),
    initialTrainingState({ learningRate }),
  );
};
const rate = map(({ learningRate }: TrainingState) => learningRate);
const shown = map(
  ({ learningRate, plateau }: TrainingState) =>
    `${learningRate} ${plateau.best} ${plateau.badEpochs} ${plateau.cooldown}`,
);
const rates = { 1: 1, 2: 0.5, 4: 0.25, 8: 0.125 };

describe('reduceLrOnPlateau, in scan', () => {
  it('lowers the rate in the epoch after its patience, and counts anew', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const loss$ = cold('  -b-b-b-b-a-a-c-|', losses);
      const expected = '    -s-t-u-v-w-x-y-|';
      const subscribed = '  ^--------------!';
      expectObservable(loss$.pipe(asResult, folded({ patience: 2 }), shown)).toBe(expected, {
        s: '1 0.75 0 0',
        t: '1 0.75 1 0',
        u: '1 0.75 2 0',
        v: '0.5 0.75 0 0',
        w: '0.5 0.75 1 0',
        x: '0.5 0.75 2 0',
        y: '0.5 0.5 0 0',
      });
      expectSubscriptions(loss$.subscriptions).toBe(subscribed);
    });
  });

  it('lets the cooldown pass before it counts again', () => {
    runMarbles(({ cold, expectObservable }) => {
      expectObservable(cold('-b-b-b-b-b-b|', losses).pipe(asResult, folded({ patience: 0, cooldown: 2 }), shown)).toBe(
        '-s-t-u-v-w-x|',
        {
          s: '1 0.75 0 0',
          t: '0.5 0.75 0 2',
          u: '0.5 0.75 0 1',
          v: '0.5 0.75 0 0',
          w: '0.25 0.75 0 2',
          x: '0.25 0.75 0 1',
        },
      );
    });
  });

  it('remembers a better loss within the cooldown', () => {
    runMarbles(({ cold, expectObservable }) => {
      expectObservable(cold('-b-b-c|', losses).pipe(asResult, folded({ patience: 0, cooldown: 1 }), shown)).toBe(
        '-x-y-z|',
        {
          x: '1 0.75 0 0',
          y: '0.5 0.75 0 1',
          z: '0.5 0.5 0 0',
        },
      );
    });
  });

  it('takes a threshold as a share of the best, or as nats', () => {
    runMarbles(({ cold, expectObservable }) => {
      // 0.9375 is 1/16 below 1; equal to the bar is no progress.
      expectObservable(cold('-a-d|', losses).pipe(asResult, folded({ patience: 0, threshold: 1 / 16 }), rate)).toBe(
        '-1-2|',
        rates,
      );
      expectObservable(cold('-a-d|', losses).pipe(asResult, folded({ patience: 0, threshold: 1 / 32 }), rate)).toBe(
        '-1-1|',
        rates,
      );
      // From 0.75 to 0.5 is a third, and a quarter of a nat.
      const thirds = { patience: 0, threshold: 0.3 } as const;
      expectObservable(cold('-b-c|', losses).pipe(asResult, folded(thirds), rate)).toBe('-1-1|', rates);
      expectObservable(cold('-b-c|', losses).pipe(asResult, folded({ ...thirds, thresholdMode: 'abs' }), rate)).toBe(
        '-1-2|',
        rates,
      );
      expectObservable(
        cold('-b-c|', losses).pipe(asResult, folded({ ...thirds, threshold: 0.2, thresholdMode: 'abs' }), rate),
      ).toBe('-1-1|', rates);
    });
  });

  it('stops at minLr, and makes no step that is no larger than eps', () => {
    runMarbles(({ cold, expectObservable }) => {
      expectObservable(cold('-b-b-b-b|', losses).pipe(asResult, folded({ patience: 0, minLr: 0.25 }), rate)).toBe(
        '-1-2-4-4|',
        rates,
      );
      expectObservable(cold('-b-b-b-b|', losses).pipe(asResult, folded({ patience: 0, eps: 0.25 }), rate)).toBe(
        '-1-2-2-2|',
        rates,
      );
      // A minLr above the rate does not raise it.
      expectObservable(cold('-b-b|', losses).pipe(asResult, folded({ patience: 0, minLr: 2 }), rate)).toBe(
        '-1-1|',
        rates,
      );
    });
  });

  it('takes a loss that is no number for no progress', () => {
    runMarbles(({ cold, expectObservable }) => {
      expectObservable(cold('-n-n-c-n|', losses).pipe(asResult, folded({ patience: 1 }), shown)).toBe('-w-x-y-z|', {
        w: '1 Infinity 1 0',
        x: '0.5 Infinity 0 0',
        y: '0.5 0.5 0 0',
        z: '0.5 0.5 1 0',
      });
    });
  });

  it('waits, completes and fails with its source', () => {
    const cut = new Error('cut');
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const [never$, empty$, failing$] = [cold('-', losses), cold('--|', losses), cold('-a-#', losses, cut)];
      expectObservable(never$.pipe(asResult, folded({}), rate), '^--!').toBe('-');
      expectObservable(empty$.pipe(asResult, folded({}), rate)).toBe('--|');
      expectObservable(failing$.pipe(asResult, folded({}), rate)).toBe('-1-#', rates, cut);
      expectSubscriptions(never$.subscriptions).toBe('^--!');
      expectSubscriptions(empty$.subscriptions).toBe('^-!');
      expectSubscriptions(failing$.subscriptions).toBe('^--!');
    });
  });

  it('leaves everything else in the state as it is', () => {
    const state: TrainingState = Object.freeze({
      ...initialTrainingState(),
      epoch: 4,
      patience: 3,
      best: { epoch: 2, loss: 0.5 },
      stop: 'patience' as const,
    });
    const { plateau, learningRate, ...rest } = reduceLrOnPlateau({ patience: 0 })(state, {
      epoch: 5,
      trainLoss: 1,
      validationLoss: NaN,
    });
    expect(rest).toEqual({ epoch: 4, patience: 3, best: { epoch: 2, loss: 0.5 }, stop: 'patience' });
    expect(learningRate).toBe(1e-4 * 0.1);
    expect(plateau).toEqual({ best: Infinity, badEpochs: 0, cooldown: 0 });
  });

  it.each([
    { factor: 1 },
    { factor: -0.1 },
    { factor: NaN },
    { patience: -1 },
    { patience: 0.5 },
    { threshold: -1 },
    { threshold: Infinity },
    { cooldown: -1 },
    { cooldown: NaN },
    { minLr: -1 },
    { minLr: Infinity },
    { eps: -1 },
    { eps: NaN },
  ])('refuses %o', (options) => {
    const [name = ''] = Object.keys(options);
    expect(() => reduceLrOnPlateau(options)).toThrow(
      expect.objectContaining({ code: 'HW_USAGE', message: expect.stringContaining(`${name} is`) as unknown }),
    );
  });
});
