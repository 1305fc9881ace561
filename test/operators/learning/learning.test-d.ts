import type { Observable } from 'rxjs';
import { filter } from 'rxjs';
import { expectTypeOf, test } from 'vitest';
import type {
  DriftDetected,
  LateLabel,
  LearningEvent,
  ModelSlot,
  OnlineModel,
  RowScored,
  RunningScores,
  Vocabulary,
} from '../../../src/contracts/live/Learning.js';
import type { LiveHeadline } from '../../../src/contracts/live/Live.js';
import type { Trainable } from '../../../src/contracts/models/Trainable.js';
import type { Classifier } from '../../../src/models/classifier.js';
import { adwin } from '../../../src/operators/learning/adwin.js';
import { modelSlot } from '../../../src/operators/learning/modelSlot.js';
import { prequential } from '../../../src/operators/learning/prequential.js';
import { runningScores } from '../../../src/operators/learning/runningScores.js';
import type { GrowingVocabulary } from '../../../src/text/GrowingVocabulary.js';
import type { LabelEncoder } from '../../../src/text/LabelEncoder.js';
import type { Tokenizer } from '../../../src/text/Tokenizer.js';

declare const batch$: Observable<readonly LiveHeadline[]>;
declare const slot: ModelSlot;
declare const model: Classifier;
declare const trainable: Trainable;
declare const tokenizer: Tokenizer;
declare const labelEncoder: LabelEncoder;

test('prequential takes batches of headlines and gives events, which their type tells apart', () => {
  const event$ = batch$.pipe(prequential({ slot, tokenizer, labelEncoder }));
  expectTypeOf(event$).toEqualTypeOf<Observable<LearningEvent>>();
  const scored$ = event$.pipe(filter((event) => event.type === 'scored'));
  expectTypeOf(scored$).toEqualTypeOf<Observable<RowScored>>();
  expectTypeOf(scored$.pipe(runningScores(['A']))).toEqualTypeOf<Observable<RunningScores>>();
});

test('a classifier can stand in a slot; a model that cannot be set back cannot', () => {
  expectTypeOf(model).toExtend<OnlineModel>();
  expectTypeOf(modelSlot(model)).toEqualTypeOf<ModelSlot>();
  // @ts-expect-error its optimizer could not be set back
  modelSlot(trainable);
});

test('a tokenizer and a growing vocabulary are vocabularies', () => {
  expectTypeOf<Tokenizer>().toExtend<Vocabulary>();
  expectTypeOf<GrowingVocabulary>().toExtend<Vocabulary>();
});

test('a late label names its headline by its source, and its id or its guid', () => {
  expectTypeOf<{ source: string; id: number; category: string }>().toExtend<LateLabel>();
  expectTypeOf<{ source: string; guid: string; category: string }>().toExtend<LateLabel>();
  expectTypeOf<{ source: string; category: string }>().not.toExtend<LateLabel>();
  expectTypeOf<{ id: number; category: string }>().not.toExtend<LateLabel>();
});

test('detectors take numbers', () => {
  expectTypeOf(adwin()).toExtend<(values$: Observable<number>) => Observable<DriftDetected>>();
});
