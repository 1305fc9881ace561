import { concat, defer, finalize, ignoreElements, merge, Observable, Subject, switchMap, tap, toArray } from 'rxjs';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import { MOST_RUNS } from '../../server/training/serveRuns.js';
import { serveTraining, type TrainingServerEvent } from '../../server/training/serveTraining.js';
import type { TrainingUpdate } from '../../server/training/TrainingUpdate.js';
import { isInteractive } from '../../sinks/terminal/isInteractive.js';
import { savedRun } from './results/savedRun.js';
import { errorLine } from '../process/exitStatus.js';
import { openBrowser } from '../process/openBrowser.js';
import { opensBrowser } from '../process/opensBrowser.js';
import type { Terminal } from '../process/Terminal.js';
import type { TrainingOptions } from './options/trainingOptions.js';

/** The page of a training. */
export interface TrainingPage {
  /** Runs a job together with the page; completes when both have ended. Subscribe once. */
  readonly beside: <T>(job: (tell: (update: TrainingUpdate) => void) => Observable<T>) => Observable<T>;
  /** Ends the page if the training has ended; otherwise returns false. */
  readonly finish: () => boolean;
}

/** The page of `--ui`; undefined without `--ui`. */
export const trainingPage = (
  { ui = false, uiPort, open, beside: directories = [] }: TrainingOptions,
  terminal: Terminal,
): TrainingPage | undefined => {
  if (!ui && directories.length > 0)
    throw new HeadwaterError('HW_USAGE', '--beside is about the page of --ui. Give --ui too, or leave --beside out.');
  if (directories.length >= MOST_RUNS)
    throw new HeadwaterError(
      'HW_USAGE',
      `--beside is given ${directories.length} times, and the page shows at most ` +
        `${MOST_RUNS - 1} models beside the training. Leave some out.`,
    );
  if (!ui) return undefined;
  const { stderr, env } = terminal;
  const drain$ = new Subject<void>();
  let staying = false;

  const tell = (event: TrainingServerEvent): void => {
    switch (event.type) {
      case 'listening':
        stderr.write(`page: ${event.url.href}\n`);
        if (open && opensBrowser(terminal)) openBrowser(event.url.href).catch(() => undefined);
        break;
      case 'staying':
        staying = true;
        stderr.write('the training has ended; the page stays until Ctrl-C\n');
        break;
      case 'failed':
        stderr.write(`${errorLine(event.error)}\n`);
        break;
    }
  };

  return {
    beside: <T>(job: (tell: (update: TrainingUpdate) => void) => Observable<T>) =>
      defer(() => {
        const done$ = new Subject<T>();
        // The page starts the job when it listens. So no update is lost, and the job does not start if the page cannot
        // listen. An error of the job is emitted by the page after it was reported to listeners.
        const update$ = new Observable<TrainingUpdate>((subscriber) =>
          job((update) => subscriber.next(update)).subscribe({
            next: (value) => done$.next(value),
            error: (error: unknown) => subscriber.error(error),
            complete: () => subscriber.complete(),
          }),
        );
        const page$ = concat(...directories.map(savedRun)).pipe(
          toArray(),
          switchMap((runs) => serveTraining(update$, { port: uiPort, stay: isInteractive(stderr, env), runs, drain$ })),
          tap(tell),
          ignoreElements(),
          finalize(() => done$.complete()),
        );
        return merge(done$, page$);
      }),
    finish: () => {
      if (staying) drain$.next();
      return staying;
    },
  };
};
