import { type Observable, of } from 'rxjs';
import { expectTypeOf, test } from 'vitest';
import type { LiveHeadline, LivePrediction } from '../../../src/contracts/live/Live.js';
import type { Trainable } from '../../../src/contracts/models/Trainable.js';
import { classifyLive } from '../../../src/operators/live/classifyLive.js';
import { dedupe } from '../../../src/operators/live/dedupe.js';
import { microBatch } from '../../../src/operators/live/microBatch.js';
import { shed } from '../../../src/operators/live/shed.js';
import type { LabelEncoder } from '../../../src/text/LabelEncoder.js';
import type { Tokenizer } from '../../../src/text/Tokenizer.js';

interface Labelled extends LiveHeadline {
  readonly category: string;
}

declare const headline$: Observable<LiveHeadline>;
declare const labelled$: Observable<Labelled>;
declare const model: Trainable;
declare const tokenizer: Tokenizer;
declare const labelEncoder: LabelEncoder;

test('types are inferred through pipe, from headlines to predictions', () => {
  expectTypeOf(headline$.pipe(microBatch({ maxSize: 4, maxWaitMs: 5 }))).toEqualTypeOf<
    Observable<readonly LiveHeadline[]>
  >();
  expectTypeOf(
    headline$.pipe(
      dedupe(),
      microBatch({ maxSize: 4, maxWaitMs: 5 }),
      classifyLive({ model, tokenizer, labelEncoder }),
    ),
  ).toEqualTypeOf<Observable<LivePrediction>>();
  expectTypeOf(
    headline$.pipe(
      microBatch({ maxSize: 4, maxWaitMs: 5 }),
      classifyLive({ model: () => model, tokenizer, labelEncoder }),
    ),
  ).toEqualTypeOf<Observable<LivePrediction>>();
});

test('dedupe keeps what a headline has besides', () => {
  expectTypeOf(labelled$.pipe(dedupe())).toEqualTypeOf<Observable<Labelled>>();
  labelled$.pipe(dedupe({ repeats: { next: ({ headline }) => expectTypeOf(headline).toEqualTypeOf<Labelled>() } }));
});

test('headlines that are not in batches are refused', () => {
  // @ts-expect-error microBatch is missing
  headline$.pipe(classifyLive({ model, tokenizer, labelEncoder }));
});

test('a key that headlines do not have is refused', () => {
  // @ts-expect-error there is no such key
  headline$.pipe(dedupe({ by: ['author'] }));
});

test('shed keeps the type, and with project gives what the inner Observable gives', () => {
  expectTypeOf(labelled$.pipe(shed({ capacity: 4, policy: 'oldest' }))).toEqualTypeOf<Observable<Labelled>>();
  expectTypeOf(
    labelled$.pipe(
      shed({
        capacity: 4,
        policy: 'random',
        dropped: { next: ({ value }) => expectTypeOf(value).toEqualTypeOf<Labelled>() },
      }),
      microBatch({ maxSize: 4, maxWaitMs: 5 }),
    ),
  ).toEqualTypeOf<Observable<readonly Labelled[]>>();
  expectTypeOf(labelled$.pipe(shed({ capacity: 4, policy: 'newest', project: ({ id }) => of(id) }))).toEqualTypeOf<
    Observable<number>
  >();
});

test('a policy that has no name is refused', () => {
  // @ts-expect-error what is dropped is to be said
  headline$.pipe(shed({ capacity: 4 }));
  // @ts-expect-error there is no such policy
  headline$.pipe(shed({ capacity: 4, policy: 'middle' }));
});
