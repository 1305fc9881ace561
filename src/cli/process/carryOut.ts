import {
  catchError,
  concatMap,
  EMPTY,
  endWith,
  fromEventPattern,
  ignoreElements,
  lastValueFrom,
  map,
  merge,
  mergeMap,
  type Observable,
  of,
  take,
  tap,
} from 'rxjs';
import { FAILURE, SIGNALS, SUCCESS } from './exitStatus.js';
import { ignoresHangups } from './ignoresHangups.js';
import type { Job } from './Job.js';
import { memoryWarning$ } from './memoryWatch.js';
import { afterOutputError, isClosedPipe, tellError } from './outputError.js';
import type { Terminal } from './Terminal.js';

const signals$ = (terminal: Terminal, signal: 'SIGINT' | 'SIGTERM' | 'SIGHUP'): Observable<unknown> =>
  fromEventPattern<unknown>(
    (listener) => terminal.on(signal, listener),
    (listener) => terminal.off(signal, listener),
  );

const outputErrors$ = ({ stdout }: Terminal): Observable<unknown> =>
  fromEventPattern<unknown>(
    (listener) => stdout.on('error', listener),
    (listener) => stdout.off('error', listener),
  );

/** Emits the exit status of each signal that ends the command. */
const endings$ = ({ outlivesHangup = false }: Job, terminal: Terminal): Observable<number> =>
  merge(
    ...SIGNALS.filter(([signal]) => !(outlivesHangup && signal === 'SIGHUP')).map(([signal, status]) => {
      const signal$ = signals$(terminal, signal);
      // Without a listener, the signal would end the process.
      return signal === 'SIGHUP' && ignoresHangups() ? signal$.pipe(ignoreElements()) : signal$.pipe(map(() => status));
    }),
  );

/**
 * Emits the exit status when a signal ends the command. The first signal asks the job to finish, if it can; the second
 * signal then stops it.
 */
const interruptions$ = (job: Job, terminal: Terminal): Observable<number> =>
  endings$(job, terminal).pipe(
    mergeMap((status, index): Observable<number> => {
      if (index > 0) return of(status);
      const ending = job.finish?.() ?? false;
      if (typeof ending === 'boolean') return ending ? EMPTY : of(status);
      return ending.pipe(ignoreElements(), endWith(status));
    }),
  );

/** Reports that memory is running out. */
const lowMemory$ = ({ stderr }: Terminal): Observable<never> =>
  memoryWarning$().pipe(
    tap((warning) => stderr.write(`headwater: ${warning}\n`)),
    ignoreElements(),
  );

/**
 * Subscribes to a job until it ends, a signal ends it, or its output cannot be written. Resolves with the exit status.
 */
export const carryOut = (job: Job, terminal: Terminal): Promise<number> => {
  const { work$, outlivesReader } = job;
  /** Whether output was lost that a reader still wanted. */
  let lost = false;
  const status$ = merge(
    lowMemory$(terminal),
    interruptions$(job, terminal),
    outputErrors$(terminal).pipe(
      concatMap((error): Observable<number> => {
        if (!outlivesReader) return of(afterOutputError(error, terminal));
        if (isClosedPipe(error) || lost) return EMPTY;
        // The results of the job are files: it continues, and ends with the status of a failure.
        lost = true;
        afterOutputError(error, terminal);
        return EMPTY;
      }),
    ),
    work$.pipe(
      ignoreElements(),
      endWith(undefined),
      map(() => (lost ? FAILURE : SUCCESS)),
      catchError((error: unknown) => of(tellError(error, terminal))),
    ),
  ).pipe(take(1));
  return lastValueFrom(status$);
};
