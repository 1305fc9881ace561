import { asyncScheduler, concatMap, from, map, throwError, timer } from 'rxjs';
import { expect, it } from 'vitest';
import type { LivePrediction } from '../../../src/contracts/live/Live.js';
import type { Rejection } from '../../../src/contracts/rows/Rejection.js';
import { answersToLines, type Line } from '../../../src/server/answers/answersToLines.js';
import { ClassifyQueue } from '../../../src/server/queue/ClassifyQueue.js';
import { DEFAULT_LIMITS } from '../../../src/server/queue/ServerLimits.js';
import { runMarbles } from '../../../src/testing/runMarbles.js';

/** Lines at a queue whose model answers two at a time, and fails at a batch with this title in it. */
const answering = (broken?: string) => {
  const errors: unknown[] = [];
  const queue = new ClassifyQueue({
    classify: concatMap((batch) =>
      batch.some(({ title }) => title === broken)
        ? throwError(() => 'no luck')
        : from(
            batch.map((headline): LivePrediction => ({
              type: 'live-prediction',
              headline,
              category: 'Z',
              distribution: [],
              known: 1,
              latencyMs: 0,
            })),
          ),
    ),
    batchSize: 2,
    maxWaitMs: 3,
    capacity: 100,
    document: 100,
    scheduler: asyncScheduler,
  });
  const answers$ = (...texts: readonly Line['text'][]) =>
    timer(1).pipe(
      concatMap(() =>
        answersToLines(
          texts.map((text, index) => ({ text, number: index + 1 })),
          { queue, limits: DEFAULT_LIMITS, askedBy: { asker: {} }, failed: (error) => errors.push(error) },
        ),
      ),
      map((answers) =>
        answers.map((answer) =>
          answer === ''
            ? ''
            : (({ title, class: category, status, line }) =>
                status === undefined ? `${title} ${category}` : `${status} at ${line}`)(
                JSON.parse(answer) as Record<string, string>,
              ),
        ),
      ),
    );
  return { queue, answers$, errors };
};

const rejection: Rejection = {
  type: 'rejection',
  reason: 'encoding',
  id: 0,
  source: 'body',
  line: 1,
  byte: 0,
  field: undefined,
  expected: 'UTF-8',
  got: '',
};

it('answers all lines at once when the last is classified, each in its place', () => {
  const { queue, answers$, errors } = answering();
  runMarbles(({ expectObservable }) => {
    expectObservable(queue.run(), '^---------!').toBe('-');
    expectObservable(answers$('"a"', '', 'b', rejection, '{"title":"c"}', '{}', '"d"')).toBe('-(x|)', {
      x: ['a Z', '', '400 at 3', '400 at 4', 'c Z', '422 at 6', 'd Z'],
    });
  });
  expect(errors).toEqual([]);
});

it('answers at once where nothing is to be classified', () => {
  const { queue, answers$ } = answering();
  runMarbles(({ expectObservable }) => {
    expectObservable(queue.run(), '^---------!').toBe('-');
    expectObservable(answers$('', '[')).toBe('-(x|)', { x: ['', '400 at 2'] });
  });
});

it('keeps what was classified before the model failed, and says so of the rest', () => {
  const { queue, answers$, errors } = answering('c');
  runMarbles(({ expectObservable }) => {
    expectObservable(queue.run(), '^---------!').toBe('-');
    expectObservable(answers$('"a"', '[', '"b"', '"c"', '"d"', '"e"')).toBe('-(x|)', {
      x: ['a Z', '400 at 2', 'b Z', '500 at 4', '500 at 5', '500 at 6'],
    });
  });
  expect(errors).toEqual(['no luck']);
});
