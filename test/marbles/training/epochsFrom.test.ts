import { delay, identity, type MonoTypeOperatorFunction, type Observable, of } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { TrainingEvent } from '../../../src/contracts/training/TrainingEvent.js';
import type { TrainingState } from '../../../src/contracts/training/TrainingState.js';
import { epochsFrom } from '../../../src/operators/training/internal/epochsFrom.js';
import { initialTrainingState } from '../../../src/operators/training/initialTrainingState.js';
import { runMarbles } from '../../../src/testing/runMarbles.js';

/** The event that ends an epoch, and leaves this state. */
const ended = (state: TrainingState): TrainingEvent => ({
  type: 'epoch',
  model: 'none',
  epoch: state.epoch,
  trainLoss: 1,
  validationLoss: 1,
  validationAccuracy: 1,
  validationMacroF1: 1,
  learningRate: 1,
  improved: false,
  state,
});
const stateAfter = (event: TrainingEvent): TrainingState | undefined =>
  event.type === 'epoch' ? event.state : undefined;
const initial = initialTrainingState();
const first = ended({ ...initial, epoch: 1 });
const last = ended({ ...initial, epoch: 2, stop: 'epochs' });

describe('epochsFrom', () => {
  it('runs one epoch after another, each from the state that the one before it left, until one says stop', () => {
    const began: number[] = [];
    runMarbles(({ cold, expectObservable }) => {
      const event$ = epochsFrom(
        initial,
        ({ epoch }) => {
          began.push(epoch);
          return epoch === 0 ? cold('--a|', { a: first }) : cold('-b|', { b: last });
        },
        stateAfter,
      );
      expectObservable(event$).toBe('--a-b|', { a: first, b: last });
    });
    expect(began).toEqual([0, 1]);
  });

  it.each<[string, MonoTypeOperatorFunction<TrainingEvent>, string]>([
    ['at once', identity, '(a#)'],
    ['later', delay(3), '---(a#)'],
  ])(
    'has what an epoch throws for its error, from the second one on too, where the first one came %s',
    (_, coming, expected) => {
      const thrown = new Error('no batches');
      const epoch = (state: TrainingState): Observable<TrainingEvent> => {
        if (state.epoch === 1) throw thrown;
        return of(first).pipe(coming);
      };
      runMarbles(({ expectObservable }) => {
        expectObservable(epochsFrom(initial, epoch, stateAfter)).toBe(expected, { a: first }, thrown);
      });
    },
  );
});
