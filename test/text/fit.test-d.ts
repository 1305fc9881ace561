import type { Either } from 'fp-ts/lib/Either.js';
import { EMPTY, map, type Observable } from 'rxjs';
import { describe, expectTypeOf, it } from 'vitest';
import type { HeadwaterError } from '../../src/contracts/HeadwaterError.js';
import type { Preprocessed, Row } from '../../src/contracts/rows/Row.js';
import { LabelEncoder } from '../../src/text/LabelEncoder.js';
import { Tokenizer } from '../../src/text/Tokenizer.js';

const rows$: Observable<Preprocessed<Row>> = EMPTY;

describe('inference through pipe()', () => {
  it('fit turns texts into a tokenizer, and labels into a label encoder', () => {
    expectTypeOf(
      rows$.pipe(
        map(({ text }) => text),
        Tokenizer.fit({ numTokens: 100 }),
      ),
    ).toEqualTypeOf<Observable<Tokenizer>>();
    expectTypeOf(
      rows$.pipe(
        map(({ category }) => category),
        LabelEncoder.fit(),
      ),
    ).toEqualTypeOf<Observable<LabelEncoder>>();
  });

  it('reading gives an Either', () => {
    expectTypeOf<ReturnType<typeof Tokenizer.fromJSON>>().toEqualTypeOf<Either<HeadwaterError, Tokenizer>>();
    expectTypeOf<ReturnType<typeof LabelEncoder.parse>>().toEqualTypeOf<Either<HeadwaterError, LabelEncoder>>();
  });

  it('what was learnt cannot be assigned to', () => {
    expectTypeOf<Tokenizer['tokens']>().toEqualTypeOf<readonly string[]>();
    expectTypeOf<LabelEncoder['classes']>().toEqualTypeOf<readonly string[]>();
  });
});
