import { finalize, map, type Observable, tap } from 'rxjs';
import type { LivePrediction } from '../../contracts/live/Live.js';
import type { Rejection } from '../../contracts/rows/Rejection.js';
import type { Valve } from '../../contracts/flow/Valve.js';
import { describeRejection } from '../../sinks/rejections/describeRejection.js';
import { jsonLine } from '../../sinks/jsonLine.js';
import { deliverLines, type DeliveredLine } from '../../sinks/terminal/deliverLines.js';
import type { WatchEvent } from '../../sinks/watch/WatchEvent.js';
import { watchFlow } from '../../operators/flow/watchFlow.js';
import { watchView } from '../../sinks/watch/watchView.js';
import type { Terminal } from '../process/Terminal.js';
import { sourceLine } from './sourceLine.js';
import { watchLine } from './watchLine.js';
import type { WatchScreen } from './watchScreen.js';

/** How what happens is shown. */
export type WatchMode = 'view' | 'lines' | 'json';

/** What is shown of it, and of which feeds. */
export interface WatchOutputOptions {
  readonly classes: readonly string[];
  readonly feeds: readonly string[];
  readonly shows: (prediction: LivePrediction) => boolean;
  readonly valve: Valve;
  /** What people call feeds, by their addresses. */
  readonly titles: ReadonlyMap<string, string>;
  readonly screen: WatchScreen;
}

/** The most headlines that are told one by one when they cannot be read. */
const TOLD = 10;

/** Tells the first of the headlines that cannot be read; all are counted. */
const rejectionTeller = (tell: (line: string) => void): ((rejection: Rejection) => void) => {
  let rejected = 0;
  return (rejection) => {
    rejected += 1;
    if (rejected <= TOLD) tell(`left out ${describeRejection(rejection)}\n`);
  };
};

/**
 * Shows what happens: as a view that is drawn in place, or a line for each headline, as text or as JSON. Emits nothing.
 */
export const watchOutput =
  (
    mode: WatchMode,
    { classes, feeds, shows, valve, titles, screen }: WatchOutputOptions,
    { stdout, stderr, env }: Terminal,
  ) =>
  (event$: Observable<WatchEvent>): Observable<never> => {
    if (mode === 'view') {
      // Below the view, once it is drawn no more.
      const later: string[] = [];
      const reject = rejectionTeller((line) => later.push(line));
      return event$.pipe(
        tap((event) => {
          if (event.type === 'rejection') reject(event);
          // On the screen it is handed on.
          if (event.type === 'live-prediction') event.headline.delivery?.settle({ type: 'done' });
        }),
        watchView({ classes, feeds, titles, shows, stream: stdout, env, flow$: watchFlow(), ...screen }),
        finalize(() => void stderr.write(later.join(''))),
      );
    }
    const reject = rejectionTeller((line) => void stderr.write(line));
    const lineOf = mode === 'json' ? (prediction: LivePrediction) => `${jsonLine(prediction)}\n` : watchLine;
    return event$.pipe(
      map((event): DeliveredLine => {
        switch (event.type) {
          case 'live-prediction':
            // What is not to be shown is dealt with.
            return { line: shows(event) ? lineOf(event) : '', delivery: event.headline.delivery };
          case 'rejection':
            reject(event);
            break;
          case 'failed':
          case 'moved':
          case 'gap':
            stderr.write(`${sourceLine(event)}\n`);
            break;
          default:
            // That all goes well is no news here, and what is left out is counted at the end.
            break;
        }
        return { line: '', delivery: undefined };
      }),
      deliverLines(stdout, valve),
    );
  };
