import { Observable, of, type OperatorFunction, toArray, type Unsubscribable } from 'rxjs';
import type { LiveHeadline, LivePrediction } from '../../contracts/live/Live.js';
import type { ServerLimits } from '../queue/ServerLimits.js';
import { turnScheduler } from '../queue/turnScheduler.js';
import { decodeDocument } from './decodeHeadlines.js';
import { answerJson } from './predictionJson.js';

/** The number of headlines in each document, one document after another. */
const SIZES = [1, 2, 4, 8, 16, 32, 64];

/** The words of the generated titles: different lengths, and characters that preprocessing handles. */
const WORDS = [
  'Ferry',
  'returns',
  'to',
  'the',
  'harbour:',
  '“all',
  'well”,',
  'says',
  "captain's",
  'U.S.',
  'report',
  '7%',
];

/** On a busy machine a warm-up takes at most this many times its duration. */
const MOST_TIMES = 5;

const titleOf = (number: number): string =>
  Array.from({ length: 4 + (number % 9) }, (_, word) => WORDS[(number + word * 5) % WORDS.length]).join(' ');

/**
 * Classifies generated documents for a time, one in each turn of the event loop, until the JavaScript engine has
 * compiled the code that reads, classifies and answers them. These documents are not counted in the metrics. Completes
 * when both the time and as much processor time have passed, but at most after five times the time: on a busy machine
 * the engine needs longer. Emits nothing.
 *
 * Errors: any error of the model.
 *
 * @param forMs the duration. Milliseconds; 0 completes at once
 */
export const warmUp = (
  classify: OperatorFunction<readonly LiveHeadline[], LivePrediction>,
  limits: ServerLimits,
  forMs: number,
): Observable<never> =>
  new Observable((subscriber) => {
    const began = turnScheduler.now();
    const used = process.cpuUsage();
    const isOver = (): boolean => {
      const passed = turnScheduler.now() - began;
      if (passed < forMs) return false;
      const { user, system } = process.cpuUsage(used);
      return (user + system) / 1000 >= forMs || passed >= MOST_TIMES * forMs;
    };
    let turn: Unsubscribable | undefined;
    const step = (document: number): void => {
      if (isOver()) {
        subscriber.complete();
        return;
      }
      const size = Math.min(limits.batch, SIZES[document % SIZES.length]!);
      const titles = Array.from({ length: size }, (_, index) => titleOf(document + index));
      const { headlines } = decodeDocument(JSON.stringify(titles), limits);
      of(headlines)
        .pipe(classify, toArray())
        .subscribe({
          next: (predictions) => predictions.map(answerJson),
          error: (error: unknown) => subscriber.error(error),
          complete: () => {
            turn = turnScheduler.schedule(() => step(document + 1));
          },
        });
    };
    step(0);
    return () => turn?.unsubscribe();
  });
