import { type } from 'arktype';
import * as t from 'io-ts';
import { EMPTY, type Observable } from 'rxjs';
import * as v from 'valibot';
import { describe, expectTypeOf, it } from 'vitest';
import { z } from 'zod';
import type { LabelledTokens, Preprocessed, Row, SourceRow, TokenizedRow } from '../../../src/contracts/rows/Row.js';
import { decode, type DecodeOptions } from '../../../src/operators/rows/decode.js';
import { headlineOnly, headlineRow } from '../../../src/operators/rows/headlineRow.js';
import { preprocess } from '../../../src/operators/rows/preprocess.js';
import { tokenize } from '../../../src/operators/rows/tokenize.js';
import type { LabelEncoder } from '../../../src/text/LabelEncoder.js';
import type { Tokenizer } from '../../../src/text/Tokenizer.js';

declare const tokenizer: Tokenizer;
declare const labels: LabelEncoder;
const rows$: Observable<SourceRow> = EMPTY;

type Emitted<O> = O extends Observable<infer T> ? T : never;

describe('inference through pipe()', () => {
  it('decode emits what the codec decodes to, and an id', () => {
    const decoded$ = rows$.pipe(decode(headlineRow));
    expectTypeOf(decoded$).toExtend<Observable<Row>>();
    expectTypeOf<Emitted<typeof decoded$>['title']>().toEqualTypeOf<string>();
    expectTypeOf<Emitted<typeof decoded$>>().not.toBeAny();

    const pages$ = rows$.pipe(decode(t.type({ page: t.union([t.literal('1'), t.literal('2')]) })));
    expectTypeOf(pages$).toEqualTypeOf<Observable<{ page: '1' | '2' } & { readonly id: number }>>();
  });

  it('decode emits what a schema of zod, valibot or arktype makes of the fields, and an id', () => {
    const zod$ = rows$.pipe(decode(z.object({ title: z.string(), stars: z.coerce.number() })));
    expectTypeOf(zod$).toEqualTypeOf<Observable<{ title: string; stars: number } & { readonly id: number }>>();
    const valibot$ = rows$.pipe(
      decode(v.object({ title: v.string(), stars: v.pipe(v.string(), v.transform(Number)) })),
    );
    expectTypeOf(valibot$).toEqualTypeOf<Observable<{ title: string; stars: number } & { readonly id: number }>>();
    const arktype$ = rows$.pipe(decode(type({ title: 'string', stars: 'string.numeric.parse' })));
    expectTypeOf(arktype$).toEqualTypeOf<Observable<{ title: string; stars: number } & { readonly id: number }>>();
    expectTypeOf<Emitted<typeof arktype$>>().not.toBeAny();
  });

  it('columns are named for fields of the codec alone', () => {
    expectTypeOf(decode(headlineRow, { columns: { title: 'headline' } })).toBeFunction();
    type Columns = NonNullable<DecodeOptions<{ title: string }>['columns']>;
    expectTypeOf<{ title: string }>().toExtend<Columns>();
    expectTypeOf<keyof Columns>().toEqualTypeOf<'title'>();
  });

  it('preprocess keeps what a row has, and adds its text', () => {
    const preprocessed$ = rows$.pipe(decode(headlineRow), preprocess());
    expectTypeOf(preprocessed$).toExtend<Observable<Preprocessed<Row>>>();
    expectTypeOf<Emitted<typeof preprocessed$>['category']>().toEqualTypeOf<string>();
    expectTypeOf<Emitted<typeof preprocessed$>['text']>().toEqualTypeOf<string>();
  });

  it('tokenize emits labels where it has a label encoder, and no others', () => {
    const tokenized$ = rows$.pipe(decode(headlineOnly), preprocess({ stopWords: [] }), tokenize(tokenizer));
    expectTypeOf(tokenized$).toEqualTypeOf<Observable<TokenizedRow>>();

    const labelled$ = rows$.pipe(decode(headlineRow), preprocess(), tokenize(tokenizer, labels));
    expectTypeOf(labelled$).toEqualTypeOf<Observable<LabelledTokens>>();

    const unlabelled$ = rows$.pipe(decode(headlineRow), preprocess(), tokenize(tokenizer));
    expectTypeOf(unlabelled$).toEqualTypeOf<Observable<TokenizedRow>>();
  });

  it('rows without a category cannot be labelled', () => {
    expectTypeOf(tokenize(tokenizer, labels)).parameter(0).toEqualTypeOf<Observable<Preprocessed<Row>>>();
    expectTypeOf<Observable<Preprocessed>>().not.toExtend<Observable<Preprocessed<Row>>>();
    expectTypeOf(tokenize(tokenizer)).parameter(0).toEqualTypeOf<Observable<Preprocessed>>();
  });
});
