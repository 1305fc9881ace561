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

/** The form in which events are shown. */
export type WatchMode = 'view' | 'lines' | 'json';

/** What is shown, and which feeds are watched. */
export interface WatchOutputOptions {
  readonly classes: readonly string[];
  readonly feeds: readonly string[];
  readonly shows: (prediction: LivePrediction) => boolean;
  readonly valve: Valve;
  /** The titles of feeds by their addresses. */
  readonly titles: ReadonlyMap<string, string>;
  readonly screen: WatchScreen;
}

/** The maximum number of unreadable headlines that are reported individually. */
const TOLD = 10;

/** Reports the first unreadable headlines; all are counted. */
const rejectionTeller = (tell: (line: string) => void): ((rejection: Rejection) => void) => {
  let rejected = 0;
  return (rejection) => {
    rejected += 1;
    if (rejected <= TOLD) tell(`left out ${describeRejection(rejection)}\n`);
  };
};

/**
 * Shows the events: as a view that is redrawn in place, or one line for each headline, as text or JSON. Emits nothing.
 */
export const watchOutput =
  (
    mode: WatchMode,
    { classes, feeds, shows, valve, titles, screen }: WatchOutputOptions,
    { stdout, stderr, env }: Terminal,
  ) =>
  (event$: Observable<WatchEvent>): Observable<never> => {
    if (mode === 'view') {
      // Lines that are written below the view after the last frame.
      const later: string[] = [];
      const reject = rejectionTeller((line) => later.push(line));
      return event$.pipe(
        tap((event) => {
          if (event.type === 'rejection') reject(event);
          // A headline is delivered when it is on the screen.
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
            // A headline that is filtered out is settled too.
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
            // Success is not reported here, and dropped headlines are counted at the end.
            break;
        }
        return { line: '', delivery: undefined };
      }),
      deliverLines(stdout, valve),
    );
  };
