import { concatMap, map, mergeAll, type Observable, range, Subject, take, tap, timer } from 'rxjs';
import { adwin } from '../../../../src/operators/learning/adwin.js';
import { modelSlot } from '../../../../src/operators/learning/modelSlot.js';
import { pageHinkley } from '../../../../src/operators/learning/pageHinkley.js';
import { prequential } from '../../../../src/operators/learning/prequential.js';
import { classifyLive } from '../../../../src/operators/live/classifyLive.js';
import { dedupe } from '../../../../src/operators/live/dedupe.js';
import { explainHeadlines } from '../../../../src/operators/live/explainHeadlines.js';
import { microBatch } from '../../../../src/operators/live/microBatch.js';
import { shed, type ShedValue } from '../../../../src/operators/live/shed.js';
import { throughDeliveries } from '../../../../src/operators/live/throughDeliveries.js';
import { runningScores } from '../../../../src/operators/learning/runningScores.js';
import { recordingDeliveries } from '../../../../src/testing/recordingDeliveries.js';
import { recordingModel } from '../../../../src/testing/recordingModel.js';
import { headline } from '../../../operators/live/headline.js';
import type { Case } from './Case.js';
import { letters } from './letters.js';
import { labelEncoder, tokenizer } from './vocabulary.js';

const headlines = (count: number, first: number) =>
  Array.from({ length: count }, (_, at) => headline({ id: first + at, title: 'cup final' }));

/** How the diagrams of operators on live headlines are run, by the files that they stand in. */
export const LIVE: Readonly<Record<string, Case>> = {
  firstPicture: ({ play }) => {
    // What a model knows that tells cups from ferries.
    const model = recordingModel({
      probabilities: ({ tokens, time }, row) =>
        tokens[row * time] === tokenizer.encode('cup')[0] ? [0.9, 0.1] : [0.1, 0.9],
    });
    const titles = { a: 'Cup one', b: 'Ferry one', c: 'Cup two', d: 'Ferry two' };
    const batch$ = play('headlines', titles).pipe(
      map((title) => headline({ guid: title, title })),
      dedupe(),
      microBatch({ maxSize: 2, maxWaitMs: 5 }),
    );
    return {
      batches: batch$.pipe(letters('PQ')),
      classes: batch$.pipe(
        classifyLive({ model, tokenizer, labelEncoder }),
        map(({ category }) => category.charAt(0)),
      ),
    };
  },
  explainHeadlines: ({ play }) => ({
    explanations: play('headlines', { a: headline({ title: 'cup' }), b: headline({ title: 'ferry' }) }).pipe(
      explainHeadlines({ model: recordingModel(), tokenizer, labelEncoder }),
      letters('AB'),
    ),
  }),
  classifyLive: ({ play }) => ({
    predictions: play('batches', { A: headlines(3, 0), B: headlines(2, 3) }).pipe(
      classifyLive({ model: recordingModel(), tokenizer, labelEncoder }),
      letters('abcde'),
    ),
  }),
  dedupe: ({ play }) => ({
    result: play('source').pipe(
      map((guid) => headline({ guid, title: guid })),
      dedupe(),
      map(({ title }) => title),
    ),
  }),
  microBatch: ({ play }) => ({
    result: play('source').pipe(
      microBatch({ maxSize: 3, maxWaitMs: 5 }),
      map((batch) => ({ abc: 'x', d: 'y', e: 'z' })[batch.join('')] ?? '?'),
    ),
  }),
  shed: ({ play }) => {
    const dropped = new Subject<ShedValue<string>>();
    return {
      result: play('source').pipe(
        shed({ capacity: 2, policy: 'oldest', dropped, project: (value) => timer(6).pipe(map(() => value)) }),
      ),
      dropped: dropped.pipe(map(({ value }) => value)),
    };
  },
  throughDeliveries: ({ play }) => {
    const { deliveries } = recordingDeliveries(['a', 'b', 'c']);
    return {
      result: play('source', { A: deliveries.slice(0, 2), B: deliveries.slice(2) }).pipe(
        throughDeliveries((batch$: Observable<readonly string[]>) =>
          batch$.pipe(
            mergeAll(),
            tap((value) => {
              if (value === 'c') throw new Error('It cannot be worked on.');
            }),
          ),
        ),
        letters('xy'),
      ),
    };
  },
  prequential: ({ play }) => {
    const cup = (id: number, category?: string) => headline({ id, title: 'cup', source: 'news', category });
    const label = (id: number) => ({ source: 'news', id, category: 'Sports' });
    const labels$ = play('labels$', { a: label(0), c: label(2) });
    return {
      events: play('batches', { A: [cup(0), cup(1, 'Sports')], B: [cup(2)] }).pipe(
        prequential({ slot: modelSlot(recordingModel()), tokenizer, labelEncoder, labels$, batchSize: 2 }),
        map(({ type }) => ({ 'live-prediction': 'p', scored: 's', learnt: 'L' })[type as string] ?? '?'),
      ),
    };
  },
  pageHinkley: ({ play }) => ({
    drifts: play('errors').pipe(
      map((error) => Number(error)),
      pageHinkley({ threshold: 2, leastRows: 4 }),
      map(() => 'd'),
    ),
  }),
  adwin: ({ play }) => ({
    drifts: play('errors', { l: 0.1, h: 0.9 }).pipe(
      // 32 rows, of which this share are errors.
      concatMap((share) => range(0, 32).pipe(map((row) => (row % 10 < share * 10 ? 1 : 0)))),
      adwin(),
      take(1),
      map(() => 'd'),
    ),
  }),
  runningScores: ({ play }) => ({
    result: play('scored', {
      s: {
        type: 'scored' as const,
        prediction: {
          type: 'live-prediction' as const,
          headline: headline(),
          category: 'Sports',
          distribution: [
            { category: 'Sports', probability: 0.75 },
            { category: 'World', probability: 0.25 },
          ],
          known: 1,
          latencyMs: 1,
        },
        category: 'Sports',
        correct: true,
        loss: 0.3,
        waitedMs: 0,
      },
    }).pipe(
      runningScores(['Sports', 'World']),
      map(() => 'r'),
    ),
  }),
};
