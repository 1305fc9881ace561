import { connect, merge, type Observable, of, switchMap } from 'rxjs';
import { expectTypeOf, test } from 'vitest';
import type { LabelledBatch } from '../../../src/contracts/rows/PaddedBatch.js';
import type { Row, Side, SourceRow } from '../../../src/contracts/rows/Row.js';
import type { Trainable } from '../../../src/contracts/models/Trainable.js';
import type { StepEnded, TrainingEvent } from '../../../src/contracts/training/TrainingEvent.js';
import { batches } from '../../../src/operators/batches/batches.js';
import { batchSource } from '../../../src/operators/batches/batchSource.js';
import { decode } from '../../../src/operators/rows/decode.js';
import { fit } from '../../../src/operators/training/fit.js';
import { headlineRow } from '../../../src/operators/rows/headlineRow.js';
import { prepare, type Split } from '../../../src/operators/rows/prepare.js';
import { trainStep } from '../../../src/operators/training/trainStep.js';

declare const source$: Observable<SourceRow>;
declare const gru: Trainable;
declare const rnn: Trainable;

test('what decode gives can be prepared, and what prepare gives can be trained on', () => {
  const split$ = prepare(source$.pipe(decode(headlineRow)));
  expectTypeOf(split$).toEqualTypeOf<Observable<Split>>();
  expectTypeOf(split$.pipe(switchMap((split) => of(batchSource(split)).pipe(fit(gru))))).toEqualTypeOf<
    Observable<TrainingEvent>
  >();
});

test('two models share one stream of batches', () => {
  const trained$ = prepare(source$.pipe(decode(headlineRow))).pipe(
    switchMap((split) => batches(split, { side: 'train' })),
    connect((batch$) =>
      merge(
        batch$.pipe(trainStep(gru, { epoch: 1, learningRate: 1e-3 })),
        batch$.pipe(trainStep(rnn, { epoch: 1, learningRate: 1e-3 })),
      ),
    ),
  );
  expectTypeOf(trained$).toEqualTypeOf<Observable<StepEnded>>();
});

test('a split tells its side by id, and its batches are labelled', () => {
  expectTypeOf<Split['sideOf']>().toEqualTypeOf<(id: number) => Side | undefined>();
  expectTypeOf(batches).returns.toEqualTypeOf<Observable<LabelledBatch>>();
  expectTypeOf(prepare).parameter(0).toEqualTypeOf<Observable<Row>>();
});
