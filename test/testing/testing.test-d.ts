import { describe, expectTypeOf, it } from 'vitest';
import type { Observable } from 'rxjs';
import type { LabelledBatch, PaddedBatch } from '../../src/contracts/rows/PaddedBatch.js';
import type { Row } from '../../src/contracts/rows/Row.js';
import type { Trainable } from '../../src/contracts/models/Trainable.js';
import {
  headlineRows,
  labelledBatch,
  marbleSource,
  paddedBatch,
  recordingModel,
  runMarbles,
} from '../../src/testing/index.js';

describe('headwater/testing', () => {
  it('infers what a marble source emits from its values', () => {
    runMarbles((helpers) => {
      expectTypeOf(marbleSource(helpers, 'a|', { a: 1 })).toExtend<Observable<number>>();
      expectTypeOf(marbleSource(helpers, 'a|')).toExtend<Observable<string>>();
      expectTypeOf(marbleSource(helpers, 'a|', { a: labelledBatch() })).toExtend<Observable<LabelledBatch>>();
    });
    expectTypeOf(runMarbles(() => 3)).toEqualTypeOf<number>();
  });

  it('has models and generators of the contracts’ types', () => {
    expectTypeOf(recordingModel()).toExtend<Trainable>();
    expectTypeOf(labelledBatch()).toEqualTypeOf<LabelledBatch>();
    expectTypeOf(paddedBatch()).toEqualTypeOf<PaddedBatch>();
    expectTypeOf(headlineRows()).toEqualTypeOf<readonly Row[]>();
  });
});
