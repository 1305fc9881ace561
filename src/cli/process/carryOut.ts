import {
  catchError,
  endWith,
  filter,
  fromEventPattern,
  ignoreElements,
  lastValueFrom,
  map,
  merge,
  type Observable,
  of,
  take,
} from 'rxjs';
import { INTERRUPTED, SUCCESS, TERMINATED } from './exitStatus.js';
import type { Job } from './Job.js';
import { afterOutputError, isClosedPipe, tellError } from './outputError.js';
import type { Terminal } from './Terminal.js';

const signals$ = (terminal: Terminal, signal: 'SIGINT' | 'SIGTERM'): Observable<unknown> =>
  fromEventPattern<unknown>(
    (listener) => terminal.on(signal, listener),
    (listener) => terminal.off(signal, listener),
  );

const outputErrors$ = ({ stdout }: Terminal): Observable<unknown> =>
  fromEventPattern<unknown>(
    (listener) => stdout.on('error', listener),
    (listener) => stdout.off('error', listener),
  );

/**
 * Emits the exit status when a signal ends the command. The first one that comes asks a job to finish, and where it
 * knows how to, it is the second that cuts it off.
 */
const interruptions$ = ({ finish }: Job, terminal: Terminal): Observable<number> =>
  merge(
    signals$(terminal, 'SIGINT').pipe(map(() => INTERRUPTED)),
    signals$(terminal, 'SIGTERM').pipe(map(() => TERMINATED)),
  ).pipe(filter((_, index) => index > 0 || finish?.() !== true));

/**
 * Subscribes to a job until it ends, a signal ends it, or its output cannot be written any more; gives the exit status.
 */
export const carryOut = (job: Job, terminal: Terminal): Promise<number> => {
  const { work$, outlivesReader } = job;
  const status$ = merge(
    interruptions$(job, terminal),
    outputErrors$(terminal).pipe(
      filter((error) => !(outlivesReader && isClosedPipe(error))),
      map((error) => afterOutputError(error, terminal)),
    ),
    work$.pipe(
      ignoreElements(),
      endWith(SUCCESS),
      catchError((error: unknown) => of(tellError(error, terminal))),
    ),
  ).pipe(take(1));
  return lastValueFrom(status$);
};
