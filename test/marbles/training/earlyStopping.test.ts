import { map, of, scan } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { EpochResult, TrainingState } from '../../../src/contracts/training/TrainingState.js';
import { earlyStopping } from '../../../src/operators/training/earlyStopping.js';
import { initialTrainingState } from '../../../src/operators/training/initialTrainingState.js';
import { runMarbles } from '../../../src/testing/runMarbles.js';

const losses = { a: 1, b: 0.75, c: 0.875, n: NaN, i: Infinity };
const asResult = map((validationLoss: number, index): EpochResult => ({
  epoch: index + 1,
  trainLoss: 1,
  validationLoss,
}));
const folded = (patience?: number) => {
  const step = earlyStopping(patience === undefined ? {} : { patience });
  return scan((state: TrainingState, result: EpochResult) => step(state, result), initialTrainingState());
};
const shown = map(
  ({ patience, best, stop }: TrainingState) => `${patience} of ${best.epoch}${stop === undefined ? '' : ` ${stop}`}`,
);

describe('earlyStopping, in scan', () => {
  it('counts down while the loss is no lower, and is patient again when it is', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const loss$ = cold('  -a-a-b-b-c-|', losses);
      const expected = '    -v-w-x-y-z-|';
      const subscribed = '  ^----------!';
      expectObservable(loss$.pipe(asResult, folded(2), shown)).toBe(expected, {
        v: '2 of 1',
        w: '1 of 1',
        x: '2 of 3',
        y: '1 of 3',
        z: '0 of 3 patience',
      });
      expectSubscriptions(loss$.subscriptions).toBe(subscribed);
    });
  });

  it('takes a loss that is no number, or infinite, for no better', () => {
    runMarbles(({ cold, expectObservable }) => {
      expectObservable(cold('-n-i-a-n-n-n-|', losses).pipe(asResult, folded(3), shown)).toBe('-u-v-w-x-y-z-|', {
        u: '2 of 0',
        v: '1 of 0',
        w: '3 of 3',
        x: '2 of 3',
        y: '1 of 3',
        z: '0 of 3 patience',
      });
    });
  });

  it('stops at the first epoch that is no better with a patience of 1', () => {
    runMarbles(({ cold, expectObservable }) => {
      expectObservable(cold('-a-a|', losses).pipe(asResult, folded(1), shown)).toBe('-x-y|', {
        x: '1 of 1',
        y: '0 of 1 patience',
      });
    });
  });

  it('keeps a stop that another step has set', () => {
    const stopped: TrainingState = { ...initialTrainingState(), stop: 'epochs' };
    expect(earlyStopping()(stopped, { epoch: 1, trainLoss: 1, validationLoss: 1 }).stop).toBe('epochs');
  });

  it('has the lesson’s patience of 10 by default', () => {
    const seen: string[] = [];
    of(1, ...Array.from({ length: 10 }, () => 2))
      .pipe(asResult, folded(), shown)
      .subscribe((text) => seen.push(text));
    expect(seen.slice(-2)).toEqual(['1 of 1', '0 of 1 patience']);
  });

  it('waits, completes and fails with its source', () => {
    const cut = new Error('cut');
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const [never$, empty$, failing$] = [cold('-', losses), cold('--|', losses), cold('-a-#', losses, cut)];
      expectObservable(never$.pipe(asResult, folded(2), shown), '^--!').toBe('-');
      expectObservable(empty$.pipe(asResult, folded(2), shown)).toBe('--|');
      expectObservable(failing$.pipe(asResult, folded(2), shown)).toBe('-x-#', { x: '2 of 1' }, cut);
      expectSubscriptions(never$.subscriptions).toBe('^--!');
      expectSubscriptions(empty$.subscriptions).toBe('^-!');
      expectSubscriptions(failing$.subscriptions).toBe('^--!');
    });
  });

  it('is a pure function: the state that it is given stays as it is', () => {
    const state = Object.freeze(initialTrainingState());
    const step = earlyStopping({ patience: 2 });
    const result = { epoch: 1, trainLoss: 1, validationLoss: 1 };
    expect(step(state, result)).toEqual(step(state, result));
    expect(state).toEqual(initialTrainingState());
  });

  it.each([0, -1, 1.5, NaN, Infinity])('refuses a patience of %d', (patience) => {
    expect(() => earlyStopping({ patience })).toThrow(expect.objectContaining({ code: 'HW_USAGE' }));
  });
});
